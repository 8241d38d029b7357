// Pictures in memory: what goes into the segmenter and what comes out, plus reading one from a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace relprompt {

/// An RGB photo, 8 bits a channel, rows top to bottom without padding.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3]
};

/// One class index for every pixel.
struct LabelMap {
  int height = 0;
  int width = 0;
  std::vector<std::uint16_t> labels;  ///< [height, width]; kUnknown where no class was sure enough

  static constexpr std::uint16_t kUnknown = 0xFFFF;
};

/// Largest photo that is decoded at all, in pixels; protects against decompression bombs.
constexpr std::uint64_t kMaxDecodedPixels = std::uint64_t{1} << 28;

/// Reads JPEG (EXIF orientation applied), PNG, TIFF, WebP or BMP as RGB. Grey becomes three equal channels,
/// 16-bit values keep their upper 8 bits, alpha is laid over white.
/// Throws Error: kNotFound, kUnreadable, kNotAnImage, kTruncatedImage, or kImageTooLarge (before decoding).
Image read_image(const std::filesystem::path& path, std::uint64_t max_pixels = kMaxDecodedPixels);

}  // namespace relprompt
