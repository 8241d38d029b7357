// Copies between the host and a device that the host does not wait for: from and to pinned memory where the
// device is a GPU.
#pragma once

#include <optional>
#include <vector>

#include <torch/torch.h>

#include "network/cuda.h"

namespace relprompt::network {

/// A copy of a tensor of the host on the device. The tensor may be changed or go away when this returns.
torch::Tensor upload(const torch::Tensor& host, const torch::Device& device);

/// The same of numbers in the host's memory, as a tensor of this shape.
template <class Number>
torch::Tensor upload(const std::vector<Number>& numbers, const std::vector<std::int64_t>& shape,
                     const torch::Device& device) {
  const auto kind = c10::CppTypeToScalarType<Number>::value;
  return upload(torch::from_blob(const_cast<Number*>(numbers.data()), shape, kind), device);
}

/// A tensor on its way to the host.
class Download {
 public:
  Download() = default;
  explicit Download(const torch::Tensor& from);

  /// The tensor on the host. Waits for what made it, not for what the device was asked for later.
  const torch::Tensor& wait();

 private:
  torch::Tensor host_;
  std::optional<CudaEvent> copied_;  ///< nothing when it is there
};

}  // namespace relprompt::network
