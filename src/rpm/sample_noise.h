// The random numbers of training, one stream for each image of a batch.
//
// LibTorch's own generator would tie a run to the order in which images are computed. These numbers depend on
// the image's key and the layer alone, so a run continues exactly after an interruption without saving a
// generator, and two workers draw for their halves of a batch what one worker draws for the whole.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

namespace relprompt::rpm {

class SampleNoise {
 public:
  /// One key an image of the batch; none for no noise, as in evaluation.
  explicit SampleNoise(std::vector<std::uint64_t> keys = {}) : keys_(std::move(keys)) {}

  bool present() const { return !keys_.empty(); }

  /// Standard normal numbers [B, count] of a layer, in the type and on the device of `options`.
  torch::Tensor normal(std::int64_t layer, std::int64_t count, const torch::TensorOptions& options) const;

  /// What dropout multiplies x [B, ...] with after a layer: 0 with probability `share` in [0, 1), else
  /// 1 / (1 - share).
  torch::Tensor dropout(std::int64_t layer, const torch::Tensor& x, double share) const;

 private:
  std::vector<std::uint64_t> keys_;
};

}  // namespace relprompt::rpm
