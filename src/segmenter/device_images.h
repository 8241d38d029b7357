// Images whose scores stay on the device that computes them.
#pragma once

#include <vector>

#include "relprompt/segmenter.h"

#include "model/model_config.h"
#include "segmenter/patch_scorer.h"
#include "segmenter/scored_image.h"

namespace relprompt::segmenter {

/// Whether labels are all that is wanted (planes: scores are wanted too), and of scores that the network
/// makes. options resolved.
bool stays_on_device(const PatchScorer& scorer, const SegmentOptions& options, bool planes);

/// score_image of several images at once, for options that stay on the device: windows of one size are
/// computed in common batches, whichever image they are of. Labels with the penalties of these options may be
/// under way when this returns; label_image waits for them. progress is told of the windows of all images.
/// Throws as score_image does.
std::vector<ScoredImage> score_on_device(PatchScorer& scorer, const model::ModelConfig& config,
                                         const ClassEmbeddings& classes,
                                         const std::vector<const Image*>& images,
                                         const SegmentOptions& options, const WindowProgress& progress);

}  // namespace relprompt::segmenter
