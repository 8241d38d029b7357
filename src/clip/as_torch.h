// The tensors of a model's files as LibTorch's.
#pragma once

#include <torch/torch.h>

#include "model/tensor.h"

namespace relprompt::clip {

/// The same numbers in the same type. Shares the memory, which must not be written to and lives as long as
/// the result.
torch::Tensor as_torch(const model::Tensor& tensor);

/// Numbers of a shape, copied.
torch::Tensor as_torch(const std::vector<float>& values, const std::vector<std::int64_t>& shape);

/// For writing to a file: contiguous, on the CPU, in the tensor's own float type; keeps it alive.
model::Tensor from_torch(const torch::Tensor& tensor);

}  // namespace relprompt::clip
