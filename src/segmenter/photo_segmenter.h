// One photo through the network: resize, windows, scores, labels.
#pragma once

#include <torch/torch.h>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "image/resize.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/model_config.h"
#include "segmenter/network.h"

namespace relprompt::segmenter {

/// Fills the zeros of the options from the model's test protocol and checks them.
/// Throws Error(kBadArgument): a side below one patch, a stride beyond the window, a seen label without a
/// class.
SegmentOptions resolve(const SegmentOptions& options, const ModelConfig& config, std::size_t classes);

/// The photo's size with its shorter side resized. Throws Error(kImageTooLarge) beyond options.max_pixels.
image::Size resized_size(const Image& photo, const SegmentOptions& options);

/// uint8 [H, W, 3] -> normalised [1, 3, H, W] on the device.
torch::Tensor network_input(const Image& picture, const Normalisation& image, const torch::Device& device);

/// RPN.segment of the oracle. classes.rows on the network's device; options resolved.
/// Throws Error(kBadArgument) for an empty photo, Error(kImageTooLarge).
Segmentation segment_photo(Network& network, const ModelConfig& config, const ClassEmbeddings& classes,
                           const Image& photo, const SegmentOptions& options, const ScoreSink& sink);

}  // namespace relprompt::segmenter
