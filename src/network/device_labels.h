// Labels of an image made where the patch scores are: kernels::label_tiles by LibTorch's operations.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "kernels/label_tiles.h"

namespace relprompt::network {

struct DeviceLabels {
  torch::Tensor label;  ///< int32 [image.height, image.width]
  torch::Tensor score;  ///< fp32, the same size
};

/// What label_tiles finds, up to rounding, for patches fp32 [windows, S, h, w] on any device; the task's
/// windows have places and no scores. Some classes of a band of the image are computed at a time,
/// `most_numbers` numbers a plane at most and at least one class of one row, so that memory does not grow
/// with the classes. Not for kSoftmaxOfMean and several views: Error(kInternal).
DeviceLabels device_labels(const torch::Tensor& patches, const kernels::LabelTask& task,
                           std::int64_t most_numbers = std::int64_t{1} << 24);

}  // namespace relprompt::network
