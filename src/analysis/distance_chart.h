// Mean attention distance over the layers (paper, figure 7): a dot for every head and a line through the mean
// of a layer's heads, for several models beside each other.
#pragma once

#include <string>
#include <vector>

#include "analysis/figure.h"

namespace relprompt::analysis {

/// The heads of one model.
struct DistanceSeries {
  std::string name;                                  ///< UTF-8, in the legend
  std::vector<std::vector<double>> heads_of_layers;  ///< [layer][head], pixels, finite and not negative
};

/// Layers from left to right, pixels from 0 upwards. Series stand a little beside each other, so that none
/// hides another. Throws Error(kBadArgument) for no series or more than four, a series or layer without
/// numbers, or a number out of range.
Figure distance_figure(const std::string& title, const std::vector<DistanceSeries>& series);

}  // namespace relprompt::analysis
