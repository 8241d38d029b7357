// Pixel-adaptive refinement of score planes (PAMR; Araslanov and Roth, "Single-Stage Semantic Segmentation
// from Image Labels", CVPR 2020): in each of a few steps, the scores of a pixel become a weighted mean of
// those of its neighbours, which count by how alike their colours are. Borders of a coarse score plane move
// to edges of the image.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/label_tiles.h"

namespace relprompt::kernels {

struct PamrOptions {
  int steps = 10;  ///< at least 0
  std::vector<int> dilations = {8,
                                16};  ///< pixels to the 8 neighbours of each; at least one, each at least 1
};

/// Rows and columns from a pixel within which everything lies that its result depends on. A part of an image
/// whose borders, where they are not the image's own, are this far from a pixel gives that pixel's numbers of
/// the whole image.
std::int64_t pamr_reach(const PamrOptions& options);

/// One image's weights, which every plane shares, and the memory to work in: 4 bytes for each of 8 neighbours
/// a dilation at every pixel (64 bytes a pixel with two), and two copies of a few planes. So memory grows
/// with the pixels, and not with the number of planes.
class Pamr {
 public:
  /// image [3, height, width], any unit: a channel's distances count by its own deviation around the pixel.
  /// Not read later. Runs on the threads of OpenMP, as refine does; the same numbers for any number of them.
  Pamr(const float* image, ImageSize size, PamrOptions options = {});

  /// Refines planes [count, height, width] in place, each by itself. Beyond its borders a plane, as the
  /// image, goes on with the value at the border. For one thread at a time.
  void refine(float* planes, std::int64_t count);

 private:
  void refine_group(float* planes, std::int64_t count);
  void step_row(std::int64_t y, float* from, std::int64_t count, float* to) const;

  ImageSize size_;
  PamrOptions options_;
  std::int64_t border_;           ///< columns beside each row that repeat its ends
  std::int64_t taps_;             ///< neighbours of a pixel
  Buffer<float> weights_;         ///< [height, taps, width]
  Buffer<float> first_, second_;  ///< planes before and after a step
};

}  // namespace relprompt::kernels
