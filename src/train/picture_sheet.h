// The picture of a run that people look at first: some pictures with their truth and what the model says.
#pragma once

#include <cstddef>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "data/dataset.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/network.h"

namespace relprompt::train {

/// `count` pictures spread evenly over the data set, always the same ones; those that cannot be read are left
/// out. embeddings on the network's device; options resolved.
Image picture_sheet(segmenter::Network& network, const segmenter::ModelConfig& model,
                    const data::Dataset& dataset, const segmenter::ClassEmbeddings& embeddings,
                    const SegmentOptions& options, std::size_t count);

}  // namespace relprompt::train
