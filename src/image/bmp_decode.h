// Decoding of BMP images. Our own reader: no small library of Debian reads them.
#pragma once

#include <vector>

#include "relprompt/image.h"

#include "image/bmp_header.h"
#include "image/source.h"

namespace relprompt::image {

/// A BMP of 1 to 32 bits a pixel, also run-length coded, as RGB. Alpha counts only where a mask declares it.
/// Throws Error: kTruncatedImage, kNotAnImage, kImageTooLarge.
Image decode_bmp(const Source& source);

/// Palette indices of a run-length coded image, [height, width] as stored (mostly bottom row first). Pixels
/// that the data jumps over are 0. Throws Error(kTruncatedImage) for a run beyond its row, data behind the
/// last row, or data that ends without its end mark.
std::vector<std::uint8_t> unpack_bmp_runs(const Source& source, const BmpHeader& header);

}  // namespace relprompt::image
