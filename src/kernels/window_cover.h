// The part of a window's patch scores that a tile of the image reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/bilinear_axis.h"
#include "kernels/label_simd.h"
#include "kernels/label_tiles.h"

namespace relprompt::kernels {

/// One direction: of the tile's sources (ascending pixels of the resized image), those inside the window.
struct Covered {
  /// axis: patches to window pixels; start: the window's first pixel.
  Covered(const BilinearAxis& axis, const std::vector<std::int32_t>& sources, std::int64_t start);

  std::int64_t begin = 0;  ///< first source inside
  BilinearAxis part;       ///< how each source is made from patches
  std::int32_t first_patch() const { return part.low.front(); }
  std::int32_t end_patch() const { return part.high.back() + 1; }
};

struct WindowCover {
  const float* patches;  ///< of the window, as in WindowScores
  ImageSize size;        ///< patches of the window
  Covered rows, columns;

  bool empty() const { return rows.part.size() == 0 || columns.part.size() == 0; }

  const float* plane(std::size_t row) const {
    return patches + static_cast<std::int64_t>(row) * size.height * size.width;
  }

  /// The largest score of an embedding's row among the patches that the tile reads: no pixel of it has more,
  /// because bilinear weights are shares.
  float largest(std::size_t row) const;

  /// The patches of an embedding's row that the tile reads, brought to the tile's columns: the patch rows
  /// from rows.first_patch() on. Lives in scratch until the next call.
  Rows at_columns(std::size_t row, std::vector<float>& scratch) const;

  /// Scores of an embedding's row at the tile's sources. Lives in to; `scratch` as above.
  Rows scores(std::size_t row, std::vector<float>& scratch, std::vector<float>& to) const;
};

}  // namespace relprompt::kernels
