// One picture of a sheet, at the size shown: a photo, or a label map over it.
#pragma once

#include <opencv2/core.hpp>

#include "relprompt/image.h"

#include "analysis/swatches.h"

namespace relprompt::analysis {

/// The photo at another size; shrinking averages.
Image scaled_photo(const Image& photo, cv::Size size);

/// Labels of any size in the colours of image::color_of, brought to the photo's size and laid over it with
/// the weight `alpha`. Borders between classes are smooth where the labels shrink, sharp where they grow;
/// pixels without a class are hatched (swatches.h) as `hatch` says.
Image labels_over(const Image& photo, const LabelMap& map, float alpha, Hatch hatch);

}  // namespace relprompt::analysis
