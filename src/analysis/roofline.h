// A roofline (Williams, Waterman and Patterson, 2009): what the parts of a program reach beside what memory
// and arithmetic units would let them reach.
#pragma once

#include <string>
#include <vector>

#include "analysis/figure.h"

namespace relprompt::analysis {

/// A rate of arithmetic that points are compared with; the highest is one that no point exceeds.
struct RooflineCeiling {
  std::string name;   ///< UTF-8
  double gflops = 0;  ///< above 0
};

struct RooflinePoint {
  std::string name;      ///< UTF-8
  double intensity = 0;  ///< operations for each byte that must come from or go to memory, above 0
  double gflops = 0;     ///< reached, above 0
};

struct Roofline {
  std::string title;
  double memory_rate = 0;                 ///< GB/s, above 0
  std::vector<RooflineCeiling> ceilings;  ///< at least one
  std::vector<RooflinePoint> points;
};

/// A point above what memory gives at its intensity is said to work out of caches. Throws Error(kBadArgument)
/// for numbers out of range, a roofline without a ceiling, and a point above the highest one.
Figure roofline_figure(const Roofline& roofline);

}  // namespace relprompt::analysis
