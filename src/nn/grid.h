// A patch grid, and the one bilinear resize that everything on a grid goes through.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace relprompt::nn {

/// Rows and columns of patches.
struct Grid {
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t size() const { return height * width; }
  bool operator==(const Grid& other) const { return height == other.height && width == other.width; }
  bool operator!=(const Grid& other) const { return !(*this == other); }
};

/// Bilinear, align_corners false, no antialiasing: PyTorch's F.interpolate.
/// maps [B, K, h, w] -> [B, K, to.height, to.width]; the same tensor when the size already fits.
torch::Tensor resize_maps(const torch::Tensor& maps, Grid to);

/// The same for one vector a grid cell, as positions and pixel knowledge are stored.
/// rows [from.size(), D], row-major over the grid -> [to.size(), D].
torch::Tensor resize_rows(const torch::Tensor& rows, Grid from, Grid to);

}  // namespace relprompt::nn
