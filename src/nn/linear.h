// A linear layer whose weights are given later.
//
// torch::nn::Linear draws random weights when it is built, half a second for a ViT-B/16 whose weights come
// from a file anyway; this one only reserves address space. fp32 numbers on the CPU go through our own
// kernels, with gradients too (nn/linear_function.h); all else is LibTorch's.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "kernels/activation.h"

namespace relprompt::nn {

using kernels::Activation;

class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(std::int64_t inputs, std::int64_t outputs);

  /// x [..., inputs] -> [..., outputs] in the dtype of x.
  torch::Tensor forward(const torch::Tensor& x);

  /// The activation of the product, fused with it where that is possible.
  torch::Tensor forward_activated(const torch::Tensor& x, Activation activation);

  /// Products in bfloat16 from now on; sums, bias and result stay fp32.
  void use_bfloat16();

  torch::Tensor weight;  ///< [outputs, inputs]
  torch::Tensor bias;    ///< [outputs]
};
TORCH_MODULE(Linear);

/// x W^T + b as Linear does it, for layers that own stacked weights. weight fp32 or bfloat16, bias fp32.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// x w^T. x [..., K], w [N, K] in any memory layout -> [..., N].
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& w);

}  // namespace relprompt::nn
