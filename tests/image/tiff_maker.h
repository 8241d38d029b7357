// TIFF files in memory for the tests, written by libtiff with whatever layout a test asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image_maker.h"

namespace relprompt::test {

struct TiffMake {
  int compression = 1;     ///< TIFF's number: 1 none, 4 G4, 5 LZW, 7 JPEG, 8 Deflate, 32773 PackBits
  int predictor = 1;       ///< for LZW and Deflate
  int photometric = -1;    ///< -1: RGB from three channels on, else grey
  int rows_per_strip = 0;  ///< 0: all
  int tile = 0;            ///< side of square tiles; 0: strips
  bool separate = false;   ///< planes
  int bits = 0;            ///< stored bits of a sample; 0: as the samples say, 12 packs them
  std::vector<std::uint16_t> extra = {};  ///< ExtraSamples; empty: no such field
  std::optional<double> smin = std::nullopt, smax = std::nullopt;
  int pages = 1;
};

/// A little-endian TIFF of 1-, 8-, 12- or 16-bit unsigned samples.
std::string write_tiff(const Samples& samples, const TiffMake& make = {});

/// Offset and length of the first strip or tile of such a file.
std::pair<std::size_t, std::size_t> first_piece(const std::string& tiff);

}  // namespace relprompt::test
