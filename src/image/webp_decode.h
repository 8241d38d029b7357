// Decoding of WebP images through libwebp.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// A still WebP as upright RGB over white. Throws Error: kTruncatedImage, kNotAnImage (an animation),
/// kImageTooLarge, kOutOfMemory.
Image decode_webp(const Source& source);

}  // namespace relprompt::image
