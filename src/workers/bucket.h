// Many tensors as few long ones: an operation between machines costs the same for a bias as for a megabyte.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <torch/torch.h>

namespace relprompt::workers {

/// Calls `change` with one contiguous tensor for every kind and device of numbers, holding all tensors of
/// that kind one after the other, and copies the result back into them. `as` says in which kind numbers
/// travel. Tensors without elements are left out.
void in_buckets(std::vector<torch::Tensor>& tensors, const std::function<torch::Dtype(torch::Dtype)>& as,
                const std::function<void(torch::Tensor&)>& change);

}  // namespace relprompt::workers
