#include "video/carried_labels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "video/consistency.h"

namespace relprompt::video {

void CarriedLabels::start(const LabelMap& key) {
  key_ = key;
  steps_.assign(2 * key.labels.size(), 0.0f);
}

double CarriedLabels::advance(const Motion& motion) {
  if (motion.height != key_.height || motion.width != key_.width) {
    throw Error(ErrorCode::kBadArgument, fmt::format("motion of {}x{} over labels of {}x{}", motion.width,
                                                     motion.height, key_.width, key_.height));
  }
  const auto trusted = consistent_pixels(motion);
  std::vector<float> moved(steps_.size());
  std::size_t pixel = 0, lost = 0;
  for (int y = 0; y < key_.height; ++y) {
    for (int x = 0; x < key_.width; ++x, ++pixel) {
      if (trusted[pixel] == 0) {
        moved[2 * pixel] = steps_[2 * pixel];
        moved[2 * pixel + 1] = steps_[2 * pixel + 1];
        ++lost;
        continue;
      }
      const float across = motion.backward[2 * pixel], down = motion.backward[2 * pixel + 1];
      const Step before = step_at(steps_, key_.height, key_.width, static_cast<float>(x) + across,
                                  static_cast<float>(y) + down);
      moved[2 * pixel] = across + before.x;
      moved[2 * pixel + 1] = down + before.y;
    }
  }
  steps_ = std::move(moved);
  return static_cast<double>(lost) / static_cast<double>(pixel);
}

LabelMap CarriedLabels::labels() const {
  LabelMap result{key_.height, key_.width, std::vector<std::uint16_t>(key_.labels.size())};
  std::size_t pixel = 0;
  for (int y = 0; y < key_.height; ++y) {
    for (int x = 0; x < key_.width; ++x, ++pixel) {
      const auto from_x =
          std::clamp(std::lround(static_cast<float>(x) + steps_[2 * pixel]), 0L, key_.width - 1L);
      const auto from_y =
          std::clamp(std::lround(static_cast<float>(y) + steps_[2 * pixel + 1]), 0L, key_.height - 1L);
      result.labels[pixel] = key_.labels[static_cast<std::size_t>(from_y * key_.width + from_x)];
    }
  }
  return result;
}

}  // namespace relprompt::video
