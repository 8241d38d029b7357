// Writing RGB images. Both writers are atomic and throw Error: kNotWritable, kDiskFull, kOutOfMemory,
// kBadArgument for an empty image, a side that the format cannot hold, or a quality out of range.
#pragma once

#include <filesystem>

#include "relprompt/image.h"

namespace relprompt::image {

constexpr int kJpegQuality = 92;

/// @param quality 1 to 100
void write_jpg(const std::filesystem::path& path, const Image& image, int quality = kJpegQuality);

/// Loses nothing.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace relprompt::image
