// Decoding of TIFF images through libtiff.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"
#include "image/tiff_bands.h"
#include "image/tiff_layout.h"

namespace relprompt::image {

/// The first page as upright RGB over white. Throws Error: kTruncatedImage, kNotAnImage, kImageTooLarge,
/// kBadArgument (bands), kOutOfMemory.
Image decode_tiff(const Source& source, const DecodeOptions& options);

/// An image whose colour space libtiff turns into RGB itself, as stored (not upright); its pieces have been
/// checked. Throws Error as above.
Image convert_tiff(OpenTiff& tiff);

}  // namespace relprompt::image
