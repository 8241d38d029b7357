// Layer norm of the last dimension, on our own kernel where nothing asks for a gradient.
#pragma once

#include <torch/torch.h>

namespace relprompt::nn {

/// The same as norm(x), whose options must name one dimension and affine weights.
torch::Tensor layer_norm(torch::nn::LayerNorm& norm, const torch::Tensor& x);

}  // namespace relprompt::nn
