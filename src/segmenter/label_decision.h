// From scores to labels: which classes are large enough to stay, and which pixels are certain enough.
#pragma once

#include "relprompt/segmenter.h"

#include "kernels/label_tiles.h"
#include "segmenter/image_scores.h"

namespace relprompt::segmenter {

/// Fills labels and counts of a result whose sizes are set. scores: of the task. options resolved. Classes
/// that the area rule leaves out have an infinite penalty in the task afterwards.
void fill_labels(ImageScores& scores, const SegmentOptions& options, kernels::LabelTask& task,
                 Segmentation& result);

}  // namespace relprompt::segmenter
