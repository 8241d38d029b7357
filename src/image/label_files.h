// Label maps as PNG files: numbers for programs, colours for people, and reading the numbers back. All
// writers are atomic (base/atomic_file.h) and throw Error: kBadArgument for a label of classes or more (other
// than unknown) or an empty map, kNotWritable, kDiskFull, kOutOfMemory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// Most classes that fit 8-bit label files, where 255 means unknown.
constexpr std::size_t kMaxByteClasses = 255;

/// What label files of so many classes hold for unknown: 255, or 65535 in those of 16 bits.
constexpr std::uint16_t unknown_label(std::size_t classes) {
  return classes > kMaxByteClasses ? LabelMap::kUnknown : 255;
}

/// STEM.labels.png: grey values are labels. 8 bits with 255 for unknown up to kMaxByteClasses classes, beyond
/// that 16 bits with 65535 for unknown.
void write_labels_png(const std::filesystem::path& path, const LabelMap& map, std::size_t classes);

/// STEM.palette.png: palette indices are labels, shown in the colours of color_of, index 255 is unknown and
/// black. Beyond kMaxByteClasses classes, which no palette holds, an RGB image in the same colours.
void write_palette_png(const std::filesystem::path& path, const LabelMap& map, std::size_t classes);

/// The bytes of these files. @param name how messages call the file
std::string labels_png(const LabelMap& map, std::size_t classes, const std::string& name = "labels");
std::string palette_png(const LabelMap& map, std::size_t classes, const std::string& name = "a palette");

/// A label file as stored: unknown is still 255 or whatever its maker chose, since only the data set's rules
/// tell an ignore value from a class.
struct StoredLabels {
  LabelMap map;
  int bits = 0;  ///< of a stored sample: 1, 2, 4, 8 or 16
};

/// Reads grey values (1 to 16 bits, not scaled) or palette indices (not turned into colours).
/// Throws Error: kNotFound, kUnreadable, kNotAnImage (no PNG, or one with colours or alpha),
/// kTruncatedImage, kImageTooLarge.
StoredLabels read_labels_png(const std::filesystem::path& path, std::uint64_t max_pixels = kMaxDecodedPixels);
/// The same of bytes in memory.
StoredLabels labels_of_png(const Source& source);

}  // namespace relprompt::image
