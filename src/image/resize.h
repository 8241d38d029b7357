// Resizing images to the size that the network's windows are cut from.
#pragma once

#include "relprompt/image.h"

namespace relprompt::image {

struct Size {
  int height = 0;
  int width = 0;
};

/// The size whose shorter side is `short_side` pixels: both sides are int(side * scale + 0.5) with
/// scale = short_side / min(height, width), in double as the reference does it, and at least 1.
/// Throws Error: kBadArgument if an argument is not positive, kImageTooLarge if a side leaves int.
Size shorter_side_to(int height, int width, int short_side);

/// Bilinear resize of the 8-bit values, equal to cv::resize with INTER_LINEAR bit for bit (half-pixel
/// centres, no smoothing when shrinking). Throws Error: kBadArgument if a side is not positive or the image
/// has not height * width * 3 bytes, kOutOfMemory.
Image resize(const Image& image, int height, int width);

}  // namespace relprompt::image
