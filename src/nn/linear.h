// A linear layer whose weights are given later.
//
// torch::nn::Linear draws random weights when it is built, half a second for a ViT-B/16 whose weights come
// from a file anyway; this one only reserves address space. It also runs in the dtype of its weights, which
// is how bfloat16 products and an fp32 residual stream live in one module.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace relprompt::nn {

class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(std::int64_t inputs, std::int64_t outputs);

  /// x [..., inputs] -> [..., outputs], in the dtype of the weights.
  torch::Tensor forward(const torch::Tensor& x);

  torch::Tensor weight;  ///< [outputs, inputs]
  torch::Tensor bias;    ///< [outputs]
};
TORCH_MODULE(Linear);

}  // namespace relprompt::nn
