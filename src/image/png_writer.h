// PNG encoding in memory, with the colour types that OpenCV cannot write (palette).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/palette.h"

namespace relprompt::image {

enum class PngKind { kGrey8, kGrey16, kPalette8, kRgb8 };

/// A whole PNG file as bytes.
/// @param rows height * width samples without padding: one byte, one native-endian 16-bit number, one palette
///   index, or three bytes
/// @param palette up to 256 colours, for kPalette8 only
/// Throws Error: kOutOfMemory, kInternal.
std::string encode_png(PngKind kind, int height, int width, const void* rows,
                       const std::vector<Color>& palette = {});

}  // namespace relprompt::image
