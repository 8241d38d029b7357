// The image of a run that people look at first: some images with their truth and what the model says.
#pragma once

#include <cstddef>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "data/dataset.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::evaluate {

/// `count` images spread evenly over the data set, always the same ones; those that cannot be read are left
/// out. options resolved.
Image image_sheet(segmenter::PatchScorer& scorer, const model::ModelConfig& model,
                  const data::Dataset& dataset, const segmenter::ClassEmbeddings& embeddings,
                  const SegmentOptions& options, std::size_t count);

}  // namespace relprompt::evaluate
