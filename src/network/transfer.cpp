#include "network/transfer.h"

namespace relprompt::network {

torch::Tensor upload(const torch::Tensor& host, const torch::Device& device) {
  if (!device.is_cuda()) return host.to(device, false, true);
  return host.pin_memory().to(device, true);  // LibTorch keeps the pinned memory until the copy is made
}

Download::Download(const torch::Tensor& from) {
  if (!from.is_cuda() || !has_cuda_runtime()) {
    host_ = from.to(torch::kCPU).contiguous();
    return;
  }
  host_ = torch::empty(from.sizes(), from.options().device(torch::kCPU).pinned_memory(true));
  host_.copy_(from, true);
  copied_.emplace();
}

const torch::Tensor& Download::wait() {
  if (copied_) copied_->wait();
  copied_.reset();
  return host_;
}

}  // namespace relprompt::network
