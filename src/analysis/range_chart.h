// Rows of a table as an image: for each row a few means with the range of their repetitions, so that a
// difference can be seen beside the spread it must be judged by.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::analysis {

/// A mean and the range around it; NaN or infinity leaves it out.
struct RangeMark {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct RangeRow {
  std::string name;              ///< UTF-8, at the left
  std::vector<RangeMark> marks;  ///< one for each series
};

struct RangeChart {
  std::string title, x_label;       ///< UTF-8
  std::vector<std::string> series;  ///< up to four names; the legend has those with a usable mark
  std::vector<RangeRow> rows;       ///< from top to bottom
};

struct RangeChartOptions {
  int width = 960;  ///< pixels of the whole image, whose height follows from the rows
  int text = 10;    ///< pixels: height of capitals, 8 to 40
};

/// Dots at the means, lines over the ranges, the series of a row below each other. A chart without a usable
/// mark says "no data". Throws Error: kBadArgument for a row with another number of marks than series, more
/// than four series, or options out of range; kImageTooLarge; kOutOfMemory.
Image draw_ranges(const RangeChart& chart, const RangeChartOptions& options = {});

}  // namespace relprompt::analysis
