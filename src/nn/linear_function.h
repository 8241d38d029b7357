// The linear layer on src/kernels with its gradients, as one node of LibTorch's graph.
//
// LibTorch's own node keeps its input and, on Debian's build, multiplies with OpenBLAS at a quarter of
// oneDNN's rate. This one keeps what its gradients really need: under frozen weights nothing but the weights
// themselves, so a frozen tower costs a training pass no input of any of its linear layers.
#pragma once

#include <torch/torch.h>

#include "kernels/linear.h"

namespace relprompt::nn {

/// Whether kernel_linear takes these: x fp32 on the CPU, weight fp32, or bfloat16 and frozen, bias fp32 or
/// undefined.
bool takes_kernel(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// activation(x W^T + b). x [..., inputs], weight [outputs, inputs], bias [outputs] or undefined, in any
/// memory layout -> fp32 [..., outputs]. Differentiable once in x, weight and bias, whichever ask for it.
/// Kept for the backward pass: weight for the gradient of x, x for that of weight, the sums before an
/// activation. Weights in bfloat16 multiply x, and later the gradient, rounded to bfloat16.
torch::Tensor kernel_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                            kernels::Activation activation = kernels::Activation::kNone);

}  // namespace relprompt::nn
