// How much arithmetic a window costs, counted from the sizes.
#pragma once

#include <cstdint>

#include "segmenter/model_config.h"

namespace relprompt::segmenter {

/// Floating point operations (a multiply-add is two) of the matrix products and convolutions of one window of
/// image_size pixels a side with `classes` classes and cached text.
double flop_per_window(const ModelConfig& config, std::int64_t image_size, std::int64_t classes);

}  // namespace relprompt::segmenter
