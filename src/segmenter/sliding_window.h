// One image through the network: resize, windows, scores, labels.
#pragma once

#include <vector>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "image/resize.h"
#include "model/model_files.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::segmenter {

/// Fills what the options leave open from the model's protocol and checks them, labels against a number of
/// classes. Throws Error(kBadArgument), naming the option, what is expected and what was found.
/// Without the model's files a CLIP's own temperature is not known, and stays 0.
SegmentOptions resolve(const SegmentOptions& options, const model::ModelConfig& config, std::size_t classes);
SegmentOptions resolve(const SegmentOptions& options, const model::ModelFiles& model, std::size_t classes);

/// The three sides alone.
SegmentOptions resolve_sizes(const SegmentOptions& options, const model::ModelConfig& config);

/// The shorter side of a scale in pixels, rounded down as mmsegmentation does.
int short_side_at(int short_side, double scale);

/// The image's size with its shorter side resized. Throws Error(kImageTooLarge) beyond options.max_pixels.
image::Size resized_size(const Image& image, const SegmentOptions& options, double scale = 1);

/// uint8 [H, W, 3] -> (rgb - mean) / std, [3, H, W].
std::vector<float> network_input(const Image& image, const model::Normalisation& normalisation);

/// Labels of an image by sliding windows, as RPN.segment of tools/reference, or by the mean of several such
/// passes over resized and mirrored versions of it (options.scales, options.flip). options resolved. What a
/// bare CLIP does is dense_scores of ../shared/reference/heads_reference.py, with its mean of logits. Throws
/// Error(kBadArgument) for an empty image, Error(kImageTooLarge), Error(kCancelled).
Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink, const WindowProgress& progress = {});

}  // namespace relprompt::segmenter
