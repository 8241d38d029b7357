// The legend of an overlay: a band beside or below the image, so that it never hides any of it.
#pragma once

#include <string>
#include <vector>

#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::image {

struct LegendEntry {
  Color color;
  std::string title;  ///< UTF-8
  double share = 0;   ///< of all pixels, 0 to 1
};

/// The image with a band that lists the entries in the given order: to the right of it, or below a portrait
/// or a long panorama. Text grows with the image. What does not fit is summed up in a last line "+N more".
/// Throws Error: kOutOfMemory, kInternal.
Image with_legend(const Image& image, const std::vector<LegendEntry>& entries);

}  // namespace relprompt::image
