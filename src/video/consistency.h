// Which pixels an optical flow can be trusted at: those where the way there and the way back cancel out.
#pragma once

#include <cstdint>
#include <vector>

#include "relprompt/video.h"

namespace relprompt::video {

/// Throws Error(kBadArgument) unless both fields have height * width * 2 finite numbers.
void check(const Motion& motion);

/// The number pair of a field [height, width, 2] between its pixels; places outside count as the nearest
/// inside.
struct Step {
  float x = 0, y = 0;
};
Step step_at(const std::vector<float>& field, int height, int width, float x, float y);

/// [height, width] 1 where the backward step ends inside the frame before and the forward step from there
/// leads back: |b + f|^2 <= 0.01 (|b|^2 + |f|^2) + 0.5, the rule of Sundaram, Brox and Keutzer (ECCV 2010).
/// Covered and uncovered places fail it, and so does flow that found nothing.
std::vector<std::uint8_t> consistent_pixels(const Motion& motion);

}  // namespace relprompt::video
