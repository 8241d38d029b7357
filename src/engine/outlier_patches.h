// Patches whose tokens have little to do with their place, as large ViTs make a few of (SC-CLIP): found by
// their distance from what is around them in feature space, and replaced by their neighbours in the image.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/grid.h"

namespace relprompt::engine {

struct OutlierPatches {
  std::vector<float> scores;          ///< of every patch; 1 is usual
  std::vector<std::int64_t> patches;  ///< whose scores lie above 95% of all, in rising order
};

/// x [patches, width]. r_i is the squared distance of patch i to its k-th nearest other, score i the mean of
/// r_i / r_j over its k nearest j, with k = 30, and half of the others below 31 patches. Scores that are no
/// numbers, as equal patches give, and scores that are all equal make no outliers; fewer than 3 patches have
/// none. Memory grows with the patches, not their square. Runs on the threads of OpenMP.
OutlierPatches find_outliers(const float* x, std::int64_t patches, std::int64_t width);

/// y = x [grid, width], apart, but for outliers that have neighbours (of the 8) which are none: these become
/// their neighbours' mean.
void repair_outliers(const float* x, Grid grid, std::int64_t width, const OutlierPatches& outliers, float* y);

}  // namespace relprompt::engine
