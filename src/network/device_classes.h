// Class embeddings on a device, copied there when they change.
#pragma once

#include <vector>

#include <torch/torch.h>

#include "segmenter/class_embeddings.h"

namespace relprompt::network {

class DeviceClasses {
 public:
  explicit DeviceClasses(const torch::Device& device) : device_(device) {}

  /// fp32 [S, E] on the device.
  const torch::Tensor& rows(const segmenter::ClassEmbeddings& classes);

 private:
  torch::Device device_;
  std::vector<float> copied_;
  torch::Tensor rows_;
};

}  // namespace relprompt::network
