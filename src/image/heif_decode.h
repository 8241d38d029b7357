// Decoding of HEIC and AVIF images by the optional library librelprompt-heif.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// The file's primary image, upright RGB over white. Throws Error: kNotAnImage (also where the library is not
/// installed), kTruncatedImage, kImageTooLarge, kOutOfMemory.
Image decode_heif(const Source& source);

}  // namespace relprompt::image
