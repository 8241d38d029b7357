// Which of the supported formats a file holds, told by its first bytes: extensions lie.
#pragma once

#include <filesystem>
#include <optional>

#include "image/source.h"

namespace relprompt::image {

enum class ImageFormat { kJpeg, kPng, kTiff, kWebp, kBmp, kHeif };

/// The format whose signature the file starts with; nullopt if there is none.
std::optional<ImageFormat> format_of(const Source& source);

/// Upper-case name of a format, such as "JPEG".
const char* name_of(ImageFormat format) noexcept;

/// True if a scan of a folder should take the file for an image: .jpg .jpeg .jpe .jfif .png .tif .tiff .webp
/// .bmp .dib .heic .heif .avif, any case.
bool has_image_extension(const std::filesystem::path& path);

}  // namespace relprompt::image
