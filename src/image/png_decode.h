// Decoding of PNG images through libpng.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// Any PNG as upright RGB over white. Throws Error: kTruncatedImage, kImageTooLarge, kOutOfMemory.
/// A range counts in 16-bit values where the file has them, else in 8-bit ones.
Image decode_png(const Source& source, const DecodeOptions& options);

}  // namespace relprompt::image
