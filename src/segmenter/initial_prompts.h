// What the prompts are before they are trained.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "clip/clip_config.h"
#include "clip/tensor_table.h"

namespace relprompt::segmenter {

/// Starting values [row.shape] fp32 of a prompt tensor, a function of name, shape and seed alone.
///
/// As in the authors' code: pixel knowledge and visual prompts uniform in +-sqrt(6 / (3 patch^2 + D)), the
/// shared linear layer normal with variance 2 / D, the head's linear layers normal with deviation 0.02 cut
/// off at two deviations, biases 0, norms 1 and 0. M2oE, whose code was not released: `up` is 0, so that the
/// block starts as the identity, gate and noise are 0 (all experts alike), and the rest is uniform in
/// +-1/sqrt(fan in), LibTorch's default.
torch::Tensor initial_prompt(const clip::TensorRow& row, const clip::VisionConfig& vision,
                             std::uint64_t seed);

}  // namespace relprompt::segmenter
