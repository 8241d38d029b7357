// Decoding of PNG photos through libpng.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// Any PNG as upright RGB over white. Throws Error: kTruncatedImage, kImageTooLarge, kOutOfMemory.
Image decode_png(const Source& source);

}  // namespace relprompt::image
