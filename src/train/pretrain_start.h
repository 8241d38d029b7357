// What the numbers of a CLIP are before pretraining.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "model/clip_config.h"
#include "model/tensor_table.h"

namespace relprompt::train {

/// A fresh fp32 tensor for a row of the towers, a function of the row and the seed alone. Values are those of
/// OpenAI's CLIP but for the positions of the image tower, which start as sines and cosines of rows and
/// columns: from CLIP's small random ones a short training never learns where a patch lies.
torch::Tensor starting_value(const model::TensorRow& row, const model::ClipConfig& config,
                             std::uint64_t seed);

/// [1 + grid * grid, width]: zeros for the class token, then for each patch, row by row, a quarter of the
/// width each: sines and cosines of the column, sines and cosines of the row, at wavelengths from 2 pi to
/// 10000 times that. width is a multiple of 4.
torch::Tensor sine_positions(std::int64_t grid, std::int64_t width);

}  // namespace relprompt::train
