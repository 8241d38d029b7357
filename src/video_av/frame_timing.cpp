#include "video_av/frame_timing.h"

#include <algorithm>
#include <cmath>

namespace relprompt::video_av {

void FrameTiming::followed(std::int64_t before, std::int64_t now) {
  constexpr double kRounding = 0.25;  // of a step: containers round times, to milliseconds often
  if (std::abs(static_cast<double>(now - before) * fps_ * 1e-6 - 1) > kRounding) constant_rate_ = false;
}

std::int64_t FrameTiming::lost(bool at_start, std::int64_t before, std::int64_t now,
                               std::int64_t packets) const {
  if (fps_ <= 0) return packets;
  const auto steps = std::llround(static_cast<double>(now - before) * fps_ * 1e-6);
  // Before the first frame, the time of its packet is all that is known, and it may be damaged.
  if (at_start)
    return in_order_ && constant_rate_ ? std::clamp<std::int64_t>(steps, 0, packets + 1) : packets;
  const auto frames = std::clamp<std::int64_t>(steps - 1, 0, kLongestGap);
  return in_order_ && constant_rate_ ? frames : std::max(frames, packets);
}

}  // namespace relprompt::video_av
