#include "clip/as_torch.h"

#include "relprompt/error.h"

namespace relprompt::clip {
namespace {

using archive::DType;

struct Pair {
  DType ours;
  torch::ScalarType theirs;
};

constexpr Pair kTypes[] = {{DType::kF64, torch::kFloat64},
                           {DType::kF32, torch::kFloat32},
                           {DType::kF16, torch::kFloat16},
                           {DType::kBF16, torch::kBFloat16}};

[[noreturn]] void no_float() {
  throw Error(ErrorCode::kInternal, "a weight that is no floating point number");
}

torch::ScalarType torch_type(DType type) {
  for (const auto& pair : kTypes) {
    if (pair.ours == type) return pair.theirs;
  }
  no_float();
}

DType archive_type(torch::ScalarType type) {
  for (const auto& pair : kTypes) {
    if (pair.theirs == type) return pair.ours;
  }
  no_float();
}

}  // namespace

torch::Tensor as_torch(const model::Tensor& tensor) {
  const auto options = torch::TensorOptions().dtype(torch_type(tensor.dtype()));
  if (tensor.elements() == 0) return torch::empty(tensor.shape(), options);
  void* data = const_cast<void*>(tensor.data());
  return torch::from_blob(
      data, tensor.shape(), [owner = tensor.owner()](void*) {}, options);
}

torch::Tensor as_torch(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32).clone();
}

model::Tensor from_torch(const torch::Tensor& tensor) {
  const auto kept = std::make_shared<torch::Tensor>(tensor.detach().to(torch::kCPU).contiguous());
  return {archive_type(kept->scalar_type()), kept->sizes().vec(), kept->data_ptr(), kept};
}

}  // namespace relprompt::clip
