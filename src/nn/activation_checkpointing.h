// Activation recomputation: a part of the network that keeps its inputs instead of all that lies between them
// and its result, and runs again when the gradient comes back.
#pragma once

#include <functional>
#include <vector>

#include <torch/torch.h>

namespace relprompt::nn {

/// A part of the network that can be run twice with equal results: no random numbers, and nothing changed but
/// its result. Owns or shares everything it uses; it is kept until the backward pass is done.
using Part = std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& prompt)>;

/// part(x, prompt), differentiable once in x, prompt and in the weights, those tensors in `weights` that ask
/// for a gradient. Result and gradients equal those of the plain call bit for bit.
///
/// `weights` are the places that `part` reads its weights from (members of its modules); they must outlive
/// the backward pass. A weight may be a parameter or any result of a graph (an adapted weight such as W + B
/// A): its value at this call is what both runs use, whatever stands in the place later, and its gradient
/// flows on into that graph. A weight that asks for a gradient but is not in `weights` gets none. prompt may
/// be undefined. If nothing asks for a gradient nothing is kept.
torch::Tensor checkpointed(const Part& part, const torch::Tensor& x, const torch::Tensor& prompt,
                           const std::vector<torch::Tensor*>& weights);

}  // namespace relprompt::nn
