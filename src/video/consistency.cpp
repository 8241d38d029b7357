#include "video/consistency.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::video {

void check(const Motion& motion) {
  const bool sized = motion.height > 0 && motion.width > 0;
  const auto numbers =
      sized ? 2 * static_cast<std::size_t>(motion.height) * static_cast<std::size_t>(motion.width) : 0;
  const auto finite = [](float value) { return std::isfinite(value); };
  if (sized && motion.backward.size() == numbers && motion.forward.size() == numbers &&
      std::all_of(motion.backward.begin(), motion.backward.end(), finite) &&
      std::all_of(motion.forward.begin(), motion.forward.end(), finite))
    return;
  throw Error(
      ErrorCode::kBadArgument,
      fmt::format("motion of {}x{} with {} and {} numbers; expected height * width * 2 finite ones in both "
                  "directions",
                  motion.width, motion.height, motion.backward.size(), motion.forward.size()));
}

Step step_at(const std::vector<float>& field, int height, int width, float x, float y) {
  x = std::clamp(x, 0.0f, static_cast<float>(width - 1));
  y = std::clamp(y, 0.0f, static_cast<float>(height - 1));
  const int left = static_cast<int>(x), top = static_cast<int>(y);
  const int right = std::min(left + 1, width - 1), bottom = std::min(top + 1, height - 1);
  const float across = x - static_cast<float>(left), down = y - static_cast<float>(top);
  const auto at = [&](int row, int column, std::size_t part) {
    return field[2 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(column)) +
                 part];
  };
  const auto mix = [&](std::size_t part) {
    const float above = at(top, left, part) * (1 - across) + at(top, right, part) * across;
    const float below = at(bottom, left, part) * (1 - across) + at(bottom, right, part) * across;
    return above * (1 - down) + below * down;
  };
  return {mix(0), mix(1)};
}

std::vector<std::uint8_t> consistent_pixels(const Motion& motion) {
  check(motion);
  std::vector<std::uint8_t> result(motion.backward.size() / 2);
  std::size_t pixel = 0;
  for (int y = 0; y < motion.height; ++y) {
    for (int x = 0; x < motion.width; ++x, ++pixel) {
      const float across = motion.backward[2 * pixel], down = motion.backward[2 * pixel + 1];
      const float from_x = static_cast<float>(x) + across, from_y = static_cast<float>(y) + down;
      if (from_x < -0.5f || from_y < -0.5f || from_x > static_cast<float>(motion.width) - 0.5f ||
          from_y > static_cast<float>(motion.height) - 0.5f)
        continue;
      const Step back = step_at(motion.forward, motion.height, motion.width, from_x, from_y);
      const float error = (across + back.x) * (across + back.x) + (down + back.y) * (down + back.y);
      const float length = across * across + down * down + back.x * back.x + back.y * back.y;
      result[pixel] = error <= 0.01f * length + 0.5f;
    }
  }
  return result;
}

}  // namespace relprompt::video
