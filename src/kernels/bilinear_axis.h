// One axis of a bilinear resize: which two source positions an output reads, and how much of the second.
#pragma once

#include <cstdint>
#include <vector>

namespace relprompt::kernels {

/// value[i] = (1 - weight[i]) source[low[i]] + weight[i] source[high[i]].
struct BilinearAxis {
  std::vector<std::int32_t> low, high;  ///< high is low + 1, or low where the weight is 0
  std::vector<float> weight;            ///< 0 to below 1

  std::int64_t size() const { return static_cast<std::int64_t>(low.size()); }
};

/// The axis that resizes `inputs` numbers to `outputs`, align_corners false, without antialiasing, computed
/// in fp32 as LibTorch's upsample_bilinear2d does. Both at least 1; equal numbers give weights 0.
BilinearAxis bilinear_axis(std::int64_t inputs, std::int64_t outputs);

/// A part of an axis whose indices count into `sources`, the source positions that the part reads, ascending.
struct AxisPart {
  BilinearAxis axis;
  std::vector<std::int32_t> sources;
};

/// Outputs [begin, end) of an axis.
AxisPart axis_part(const BilinearAxis& axis, std::int64_t begin, std::int64_t end);

}  // namespace relprompt::kernels
