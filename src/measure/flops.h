// How much a window costs, counted from the sizes.
#pragma once

#include <array>
#include <cstdint>

#include "base/stage_timer.h"
#include "model/model_config.h"

namespace relprompt::measure {

/// What a stage of a window cannot do without.
struct StageCost {
  double flop = 0;   ///< of matrix products and convolutions, a multiply-add is two
  double bytes = 0;  ///< weights read once, fp32 activations that enter and leave the stage in each layer

  StageCost& operator+=(const StageCost& other) {
    flop += other.flop;
    bytes += other.bytes;
    return *this;
  }
};

/// By Stage.
using StageCosts = std::array<StageCost, kStages>;

/// One window of image_size pixels a side with `classes` classes and cached text: the least that the
/// network's equations need. Products that no image changes (pixel knowledge and visual prompts through their
/// linear layer) and experts that the gate leaves out are not counted, and of the two orders of Eq. 2 and 3
/// (model/prompt_options.h) the cheaper one is. weight_bytes: of a number of the tower's layers.
StageCosts cost_of_window(const model::ModelConfig& config, std::int64_t image_size, std::int64_t classes,
                          double weight_bytes = 4);

/// All stages' floating point operations.
double flop_per_window(const model::ModelConfig& config, std::int64_t image_size, std::int64_t classes);

}  // namespace relprompt::measure
