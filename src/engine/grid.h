// A patch grid, and bringing vectors that lie on one grid to another.
#pragma once

#include <cstdint>
#include <vector>

namespace relprompt::engine {

/// Rows and columns of patches.
struct Grid {
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t size() const { return height * width; }
  bool operator==(const Grid& other) const { return height == other.height && width == other.width; }
  bool operator!=(const Grid& other) const { return !(*this == other); }
};

/// Bilinear, align_corners false, no antialiasing, for one vector a grid cell, as positions and pixel
/// knowledge are stored. rows [from.size(), width], row-major over the grid -> [to.size(), width].
std::vector<float> resize_rows(const float* rows, Grid from, Grid to, std::int64_t width);

}  // namespace relprompt::engine
