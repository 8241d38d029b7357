// The task that both ways to labels are timed on: a 512x512 window of 32x32 patches, and an image of two of
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "kernels/label_tiles.h"

namespace relprompt::kernels {

/// Patch logits in which a class differs more from another than a patch from its neighbour, as a network's
/// do.
inline std::vector<float> patch_logits(std::int64_t classes) {
  SplitMix64 random(fnv1a("patch logits"));
  std::vector<float> scores;
  for (std::int64_t c = 0; c < classes; ++c) {
    const float level = 3 * random.next_signed_unit();
    for (int i = 0; i < 32 * 32; ++i) scores.push_back(level + random.next_signed_unit());
  }
  return scores;
}

/// scores as from patch_logits; image: 683x512 in two windows, shown at 480x360, instead of one window.
inline LabelTask label_task(const std::vector<float>& scores, std::int64_t classes, bool image) {
  LabelTask task;
  task.windows = {{scores.data(), 0, 0}};
  task.patches = {32, 32};
  task.window = task.resized = task.image = {512, 512};
  if (image) {
    task.windows.push_back({scores.data(), 0, 171});
    task.resized = {512, 683};
    task.image = {360, 480};
  }
  for (std::int64_t c = 0; c <= classes; ++c) task.first.push_back(static_cast<std::size_t>(c));
  task.penalty.assign(static_cast<std::size_t>(classes), 0.0f);
  return task;
}

}  // namespace relprompt::kernels
