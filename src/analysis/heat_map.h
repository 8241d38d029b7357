// Numbers on a grid as colours over an image. The image is shown in grey: over its own colours nobody could
// tell what the heat map says.
#pragma once

#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::analysis {

/// 0 is dark violet, 1 light yellow, brighter all the way (viridis), so that it also reads without colours.
/// Shares outside 0..1 are brought there.
image::Color heat_color(double share);

/// A grid of numbers, rows from top to bottom.
struct HeatGrid {
  const float* values = nullptr;  ///< [rows, columns]
  int rows = 0, columns = 0;
  double low = 0, high = 1;  ///< numbers of the colours' ends; equal ones give the middle colour everywhere
  /// Shares of the image's sides that the grid stands for; its last row and column go on beyond.
  double covered_height = 1, covered_width = 1;
};

/// The grid, enlarged smoothly, with the weight `alpha` over the grey image; of the image's size. NaN counts
/// as low. Throws Error: kBadArgument for an empty grid or image, kOutOfMemory.
Image heat_over(const Image& image, const HeatGrid& grid, float alpha);

/// The colours from low (left) to high (right).
Image heat_bar(int height, int width);

}  // namespace relprompt::analysis
