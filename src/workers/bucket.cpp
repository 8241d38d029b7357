#include "workers/bucket.h"

#include <algorithm>

namespace relprompt::workers {

void in_buckets(std::vector<torch::Tensor>& tensors, const std::function<torch::Dtype(torch::Dtype)>& as,
                const std::function<void(torch::Tensor&)>& change) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> left;
  for (const torch::Tensor& tensor : tensors) {
    if (tensor.numel() > 0) left.push_back(tensor);
  }
  while (!left.empty()) {
    const auto kind = left.front().scalar_type();
    const auto device = left.front().device();
    const auto rest = std::stable_partition(left.begin(), left.end(), [&](const torch::Tensor& tensor) {
      return tensor.scalar_type() == kind && tensor.device() == device;
    });
    const std::vector<torch::Tensor> alike(left.begin(), rest);
    left.erase(left.begin(), rest);

    std::int64_t size = 0;
    for (const torch::Tensor& tensor : alike) size += tensor.numel();
    torch::Tensor all = torch::empty({size}, torch::TensorOptions(device).dtype(as(kind)));
    const auto for_each_place = [&](auto&& copy) {
      std::int64_t at = 0;
      for (const torch::Tensor& tensor : alike) {
        copy(tensor, all.narrow(0, at, tensor.numel()).view(tensor.sizes()));
        at += tensor.numel();
      }
    };
    for_each_place([](const torch::Tensor& tensor, const torch::Tensor& place) { place.copy_(tensor); });
    change(all);  // may put another tensor there
    for_each_place([](const torch::Tensor& tensor, const torch::Tensor& place) { tensor.copy_(place); });
  }
}

}  // namespace relprompt::workers
