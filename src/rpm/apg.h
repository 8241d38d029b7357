// Adaptive prompt generation (paper, Eq. 3): attention maps become prompt tokens, one a class.
#pragma once

#include <torch/torch.h>

#include "nn/grid.h"
#include "nn/linear.h"

namespace relprompt::rpm {

/// Linear(m^T h). m [B, N, C] attention maps over `grid`; h [stored.size(), D] pixel knowledge, trainable and
/// shared by all layers, resized bilinearly to the grid. -> [B, C, D].
torch::Tensor generate_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& h, nn::Grid stored,
                               nn::Linear& linear);

/// The ablation without pixel knowledge: m^T W + b, a linear layer whose inputs are the cells of the grid.
/// weight [stored.size(), D] is resized as h is, bias [D]. -> [B, C, D].
torch::Tensor map_to_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& weight,
                             nn::Grid stored, const torch::Tensor& bias);

}  // namespace relprompt::rpm
