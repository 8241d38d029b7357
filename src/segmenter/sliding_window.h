// One image through the network: resize, windows, scores, labels.
#pragma once

#include <vector>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "image/resize.h"
#include "model/model_config.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::segmenter {

/// Fills the zeros of the options from the model's test protocol and checks them.
/// Throws Error(kBadArgument): a side below one patch, a stride beyond the window, a seen label without a
/// class.
SegmentOptions resolve(const SegmentOptions& options, const model::ModelConfig& config, std::size_t classes);

/// The image's size with its shorter side resized. Throws Error(kImageTooLarge) beyond options.max_pixels.
image::Size resized_size(const Image& image, const SegmentOptions& options);

/// uint8 [H, W, 3] -> (rgb - mean) / std, [3, H, W].
std::vector<float> network_input(const Image& image, const model::Normalisation& normalisation);

/// Labels of an image by sliding windows, as RPN.segment of tools/reference. options resolved.
/// Throws Error(kBadArgument) for an empty image, Error(kImageTooLarge).
Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink);

}  // namespace relprompt::segmenter
