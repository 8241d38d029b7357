// The naive twin of labels by tiles: every plane at full size, in double.
#pragma once

#include <vector>

#include "kernels/label_tiles.h"

namespace relprompt::kernels {

/// The scores of each class at the image's pixels, less their penalties.
std::vector<std::vector<double>> naive_planes(const LabelTask& task);

}  // namespace relprompt::kernels
