// A roofline (Williams, Waterman and Patterson, 2009): what the parts of a program reach beside what memory
// and arithmetic units would let them reach.
#pragma once

#include <string>
#include <vector>

#include "analysis/figure.h"

namespace relprompt::analysis {

/// A rate of arithmetic that no point can exceed, or that it is compared with.
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

/// Throws Error(kBadArgument) for numbers out of range and a roofline without a ceiling.
Figure roofline_figure(const Roofline& roofline);

}  // namespace relprompt::analysis
