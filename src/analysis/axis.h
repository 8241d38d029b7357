// The axes of a chart: which numbers are marked, what their labels say, and where a number lies.
#pragma once

#include <string>
#include <vector>

namespace relprompt::analysis {

/// Numbers farther from 0 than this are treated as infinite, numbers nearer than its inverse as 0, so that
/// no range or step over- or underflows.
constexpr double kLargestNumber = 1e290;

struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  double low = 0, high = 1;  ///< low < high; their decimal logarithms on a logarithmic axis
  bool log = false;
  std::vector<Tick> ticks;  ///< ascending, within the range

  /// 0 at the low end, 1 at the high end. `value` must be positive on a logarithmic axis.
  double place(double value) const;
};

/// An axis over low <= high, made wider if they are equal or nearly so, with about `most` (at least 1) marks
/// at multiples of 1, 2 or 5 times a power of ten.
/// @param margin share of the range to add at both ends; never carries the axis across 0
Axis linear_axis(double low, double high, int most, double margin = 0);

/// The same for 0 < low <= high: marks at powers of ten, with 2 and 5 times them where there is room, or
/// linear ones within less than a decade.
Axis log_axis(double low, double high, int most, double margin = 0);

}  // namespace relprompt::analysis
