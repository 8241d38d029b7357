// How a camera was held (EXIF tag 274) and turning the pixels upright.
#pragma once

#include <cstddef>
#include <cstdint>

#include "relprompt/image.h"

namespace relprompt::image {

/// Orientation 1..8 of an EXIF block (a TIFF structure, with or without "Exif\0\0" before it). 1 (upright) if
/// the block does not say or is malformed: a bad note is no reason to refuse an image.
int exif_orientation(const std::uint8_t* block, std::size_t size);

/// The image as it should be seen; orientations 5..8 exchange height and width.
Image upright(Image stored, int orientation);

}  // namespace relprompt::image
