// Decoded rows of a TIFF, whatever strips, tiles and planes they are stored in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "image/tiff_layout.h"

namespace relprompt::image {

/// A part of a row: samples of `count` pixels from column `x` on. 16-bit samples and wider ones have this
/// machine's byte order, narrower ones are packed with the first in the highest bits.
struct TiffRow {
  std::size_t y, x, count;
  std::uint16_t
      plane;  ///< 0 unless samples are stored in separate planes: then the sample that this row is of
  const std::uint8_t* bytes;
};

/// Decodes the strips or tiles, which check_tiff_pieces has checked, of the planes that are wanted (of one
/// plane: {0}) and shows every row once. Throws Error(kTruncatedImage).
void read_tiff_rows(OpenTiff& tiff, const std::vector<std::uint16_t>& planes,
                    const std::function<void(const TiffRow&)>& take);

}  // namespace relprompt::image
