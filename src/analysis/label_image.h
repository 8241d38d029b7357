// One image of a sheet, at the size shown: an image, or a label map over it.
#pragma once

#include <opencv2/core.hpp>

#include "relprompt/image.h"

#include "analysis/swatches.h"

namespace relprompt::analysis {

/// The image at another size; shrinking averages.
Image scaled_image(const Image& image, cv::Size size);

/// Labels of any size in the colours of image::color_of, brought to the image's size and laid over it with
/// the weight `alpha`. Borders between classes are smooth where the labels shrink, sharp where they grow;
/// pixels without a class are hatched (swatches.h) as `hatch` says.
Image labels_over(const Image& image, const LabelMap& map, float alpha, Hatch hatch);

}  // namespace relprompt::analysis
