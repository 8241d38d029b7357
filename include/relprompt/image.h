// Images in memory: what goes into the segmenter and what comes out, plus reading one from a file or from
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/options.h"

namespace relprompt {

/// An RGB image, 8 bits a channel, rows top to bottom without padding.
struct Image {
  int height = 0;                 ///< pixels
  int width = 0;                  ///< pixels
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3]
  /// What decoding decided or left out, a sentence each: bands that were chosen, further pages or frames, a
  /// range of values that was scaled. Empty for the usual image.
  std::vector<std::string> notes = {};
};

/// One class index for every pixel.
struct LabelMap {
  int height = 0;                     ///< pixels
  int width = 0;                      ///< pixels
  std::vector<std::uint16_t> labels;  ///< [height, width]; kUnknown where no class was sure enough

  static constexpr std::uint16_t kUnknown = 0xFFFF;  ///< the label of pixels without a class
};

/// Decodes JPEG (EXIF orientation applied), PNG, TIFF, WebP, BMP, and HEIC or AVIF where
/// librelprompt-heif.so is installed, as RGB. Grey becomes three equal channels,
/// 16-bit values keep their upper 8 bits unless a range is stated, alpha is laid over white. The first page
/// or frame is taken; notes say what else there was.
/// @param name how messages call the image
/// Throws Error: kNotAnImage, kTruncatedImage (it ends early or is damaged inside), kImageTooLarge (before
/// decoding), kBadArgument (options, or a band that the file has not), kOutOfMemory.
RELPROMPT_API Image decode_image(const std::uint8_t* bytes, std::size_t size,
                                 const DecodeOptions& options = {}, const std::string& name = "the image");

/// decode_image of a whole file, which is read into memory. Throws Error: also kNotFound, kUnreadable.
RELPROMPT_API Image read_image(const std::filesystem::path& path, const DecodeOptions& options = {});

}  // namespace relprompt
