// Looks inside a network at work: relationship attention maps and mean attention distances of one image. The
// tower sees the whole resized image as one window of any shape, since maps of overlapping windows do not fit
// together and distances would end at a window's border.
#pragma once

#include "relprompt/analysis.h"
#include "relprompt/image.h"

#include "model/model_config.h"
#include "model/model_files.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::segmenter {

/// @param short_side pixels that the image's shorter side becomes; 0: the window of the model's protocol
/// Throws Error: kBadModelConfig for a model without relationship prompts; kBadArgument for an empty image or
/// a side below a patch; kImageTooLarge.
AttentionMaps attention_maps(EngineScorer& scorer, const model::ModelConfig& config,
                             const ClassEmbeddings& classes, const Image& image, int short_side);

/// The same image, any model; the scorer's network is the model's. Throws as
/// attention_maps does, but takes models of all kinds.
AttentionDistances attention_distances(EngineScorer& scorer, const model::ModelFiles& model,
                                       const ClassEmbeddings& classes, const Image& image, int short_side);

}  // namespace relprompt::segmenter
