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

}  // namespace relprompt::rpm
