// A name for each patch of an image, from cosines: what a head that looks twice goes by.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/grid.h"
#include "kernels/label_tiles.h"

namespace relprompt::engine {

/// An image, and how its patches compare with some names.
struct NamedPatches {
  const float* pixels = nullptr;  ///< [3, size.height, size.width], normalised
  kernels::ImageSize size;
  Grid grid;
  std::int64_t patch = 0;          ///< side in pixels
  const float* cosines = nullptr;  ///< [grid.size(), names]
  std::int64_t names = 0;
};

/// The most frequent name among each patch's pixels, the first of several. A pixel's name is the likeliest
/// after the cosines, enlarged to the image, were refined by its colours (kernels/pamr.h); name 0 where its
/// probability, a softmax of `scale` times that, is below the threshold. Memory grows with the pixels, not
/// with the number of names. Runs on the threads of OpenMP.
std::vector<std::int32_t> patch_labels(const NamedPatches& image, double scale, double threshold);

}  // namespace relprompt::engine
