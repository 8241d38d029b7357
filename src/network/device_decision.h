// From labels and scores on the device to what the host gets: two bytes a pixel, and how many pixels each
// class has.
#pragma once

#include <cstddef>

#include <torch/torch.h>

#include "network/device_labels.h"
#include "segmenter/device_scores.h"

namespace relprompt::network {

struct DeviceDecision {
  torch::Tensor label;   ///< int16 [H, W], the bits of LabelMap's uint16
  torch::Tensor pixels;  ///< int32 or int64 [classes + 1], the last those of no class
};

/// segmenter::fill_labels for scores on the device. Does not wait for it.
DeviceDecision decide(const DeviceLabels& best, const segmenter::LabelRule& rule, std::size_t classes);

}  // namespace relprompt::network
