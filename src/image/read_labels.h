// Label files of data sets that are not PNG: tools that keep more than 256 classes write 16-bit TIFF.
#pragma once

#include <cstdint>
#include <filesystem>

#include "image/label_files.h"

namespace relprompt::image {

/// Reads the one grey channel of an 8- or 16-bit TIFF, values as stored (not scaled, not inverted).
/// Throws Error: kNotFound, kUnreadable, kNotAnImage (no TIFF; colours, a palette, white as zero, other
/// depths), kTruncatedImage, kImageTooLarge, kOutOfMemory.
StoredLabels read_labels_tiff(const std::filesystem::path& path,
                              std::uint64_t max_pixels = kMaxDecodedPixels);

/// A label file of either format, told by its content: read_labels_tiff for a TIFF, else read_labels_png.
StoredLabels read_labels(const std::filesystem::path& path, std::uint64_t max_pixels = kMaxDecodedPixels);
/// The same of bytes in memory.
StoredLabels labels_of(const Source& source);

}  // namespace relprompt::image
