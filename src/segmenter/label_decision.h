// From scores to labels: which classes are large enough to stay, and which pixels are certain enough.
#pragma once

#include "relprompt/segmenter.h"

#include "kernels/label_tiles.h"

namespace relprompt::segmenter {

/// Fills labels and counts of a result whose sizes are set. options resolved. Classes that the area rule
/// leaves out have an infinite penalty in the task afterwards.
void fill_labels(kernels::LabelTask& task, const SegmentOptions& options, Segmentation& result);

}  // namespace relprompt::segmenter
