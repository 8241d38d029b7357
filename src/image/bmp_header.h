// What the headers of a BMP say, checked against the file.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "image/source.h"

namespace relprompt::image {

struct BmpColor {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// Where a channel lies in a pixel of 16 or 32 bits.
struct BmpMask {
  std::uint32_t bits = 0;  ///< 0: the channel is absent
  int shift = 0;           ///< of the lowest bit
};

struct BmpHeader {
  std::uint64_t width = 0, height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;          ///< of a pixel: 1, 4, 8, 16, 24 or 32
  bool run_length = false;         ///< of 4 or 8 bits
  std::uint32_t offset = 0;        ///< of the pixels
  std::uint64_t bytes = 0;         ///< of the pixels; all inside the file
  std::vector<BmpColor> palette;   ///< 256 entries up to 8 bits, else none
  std::array<BmpMask, 4> masks{};  ///< red, green, blue, alpha; of 16 and 32 bits
};

/// Throws Error: kImageTooLarge, kTruncatedImage (the message says what is missing), kNotAnImage for variants
/// that are not read.
BmpHeader read_bmp_header(const Source& source);

}  // namespace relprompt::image
