// Where the plot of a chart lies on its canvas, and the axes around it.
#pragma once

#include <opencv2/core.hpp>

#include "relprompt/image.h"

#include "analysis/axis.h"
#include "analysis/chart.h"
#include "analysis/curves.h"

namespace relprompt::analysis {

struct Frame {
  cv::Rect plot;  ///< pixels
  Axis x, y;

  /// Pixels; whole numbers are the centres of pixels.
  cv::Point2d place(const CurvePoint& point) const;
};

/// Leaves room for the chart's title, labels and a legend of this height.
/// Throws Error(kBadArgument) if nothing is left for the plot.
Frame lay_out(const Chart& chart, const ChartOptions& options, Range x, Range y, int legend_height);

/// Grid, axes and their numbers.
void draw_frame(Image& canvas, const Frame& frame, int text);

}  // namespace relprompt::analysis
