// From scores to labels: which classes are large enough to stay, and which pixels are certain enough.
#pragma once

#include "relprompt/segmenter.h"

#include "kernels/label_tiles.h"
#include "segmenter/device_scores.h"
#include "segmenter/image_scores.h"

namespace relprompt::segmenter {

/// Fills labels and counts of a result whose sizes are set. scores: of the task. options resolved. Classes
/// that the area rule leaves out have an infinite penalty in the task afterwards.
void fill_labels(ImageScores& scores, const SegmentOptions& options, kernels::LabelTask& task,
                 Segmentation& result);
/// The same of scores on another device.
void fill_labels(DeviceScores& scores, const SegmentOptions& options, kernels::LabelTask& task,
                 Segmentation& result);

/// The rule by which fill_labels asks for labels of a device first. options resolved.
LabelRule first_rule(const SegmentOptions& options, std::size_t classes);

}  // namespace relprompt::segmenter
