// Line charts for people: losses, learning rates and scores over a run. Drawn with OpenCV alone, because a
// plotting package would be a large dependency for the one kind of chart that this project needs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::analysis {

struct Series {
  std::string name;  ///< UTF-8, in the legend; without one, or a usable point, the series is not listed
  std::vector<double> x, y;  ///< of one length, joined in this order; NaN or infinity leaves a gap
};

struct Chart {
  std::string title, x_label, y_label;  ///< UTF-8; empty ones take no room
  std::vector<Series> series;
  bool log_y = false;  ///< logarithmic y axis; values not above 0 leave gaps
  /// Finite numbers that the x axis covers as well as those of the series, so that charts can share one.
  std::vector<double> x_also;
};

struct ChartOptions {
  int width = 960, height = 400;  ///< pixels of the whole image; the legend makes the plot lower, not it
  int text = 10;                  ///< pixels: height of capitals, 8 to 40
  /// Above 0, each series is drawn pale, and over it the mean over this many points on either side.
  std::size_t smooth = 0;
};

/// Axes with marks at 1, 2 or 5 times powers of ten, grid, curves in up to ten colours, and a legend. Points
/// that have no neighbours appear as dots. A chart without a usable point says "no data".
/// Throws Error: kBadArgument for a series with more x than y or the reverse, or options that leave no room
/// to draw; kImageTooLarge; kOutOfMemory.
Image draw_chart(const Chart& chart, const ChartOptions& options = {});

/// Images one below the other on white, all at the left.
/// Throws Error: kBadArgument if there is none or one has no pixels, kImageTooLarge, kOutOfMemory.
Image stack(const std::vector<Image>& images);

}  // namespace relprompt::analysis
