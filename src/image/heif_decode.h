// Decoding of HEIC and AVIF images by the optional library librelprompt-heif.
#pragma once

#include <filesystem>

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// True where the library is installed, and RELPROMPT_HEIF=off does not forbid it.
bool reads_heif();

/// True for .heic, .heif and .avif, any case: what a folder may hold that cannot be read here.
bool has_heif_extension(const std::filesystem::path& path);

/// The file's primary image, upright RGB over white. Throws Error: kNotAnImage (also where the library is not
/// installed), kTruncatedImage, kImageTooLarge, kOutOfMemory.
Image decode_heif(const Source& source);

}  // namespace relprompt::image
