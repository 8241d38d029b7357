// Series of numbers as what a chart draws: unbroken runs of usable points, their limits, their smoothed form.
#pragma once

#include <cstddef>
#include <vector>

namespace relprompt::analysis {

struct CurvePoint {
  double x = 0, y = 0;
};

/// Neighbouring points without a gap between them, in the series' order.
using Run = std::vector<CurvePoint>;

/// Finite and at most kLargestNumber from 0.
bool usable(double value);

/// The runs of a series; no run is empty. A point ends its run, and is left out, if one of its numbers is not
/// usable, or if it is not above 0 on a logarithmic axis. Numbers too near to 0
/// (kLargestNumber) become 0 first.
std::vector<Run> runs_of(const std::vector<double>& x, const std::vector<double>& y, bool log_y);

/// Every y replaced by the mean over itself and up to `reach` neighbours of its run on either side (as many
/// on both, so that the ends are not dragged).
Run smoothed(const Run& run, std::size_t reach);

/// Smallest and largest of the numbers included so far.
struct Range {
  bool any = false;  ///< without it the others say nothing
  double low = 0, high = 1;

  void include(double value);
};

}  // namespace relprompt::analysis
