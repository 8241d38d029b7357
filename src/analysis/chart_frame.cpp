#include "analysis/chart_frame.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "image/draw_text.h"

namespace relprompt::analysis {
namespace {

constexpr int kSmallestPlot = 40;  // pixels a side

int widest_label(const Axis& axis, int text) {
  int width = 0;
  for (const Tick& tick : axis.ticks) width = std::max(width, image::text_width(tick.label, text));
  return width;
}

// As many marks as labels fit beside each other.
Axis x_axis(const Range& range, int width, int text) {
  int most = std::max(1, width / (6 * text));
  Axis axis = linear_axis(range.low, range.high, most);
  while (most > 1 && static_cast<int>(axis.ticks.size()) * (widest_label(axis, text) + 2 * text) > width) {
    axis = linear_axis(range.low, range.high, --most);
  }
  return axis;
}

Axis y_axis(const Range& range, bool log, int height, int text) {
  const int most = std::max(1, height / (4 * text));
  if (log && range.any) return log_axis(range.low, range.high, most, 0.03);
  return linear_axis(range.low, range.high, most, 0.04);
}

}  // namespace

cv::Point2d Frame::place(const CurvePoint& point) const {
  return {plot.x + x.place(point.x) * (plot.width - 1), plot.y + (1 - y.place(point.y)) * (plot.height - 1)};
}

Frame lay_out(const Chart& chart, const ChartOptions& options, Range x, Range y, int legend_height) {
  const int text = options.text;
  const int title = chart.title.empty() ? 0 : text * 5 / 2;
  const int legend = legend_height > 0 ? legend_height + text / 2 : 0;
  const int below = text * 3 + (chart.x_label.empty() ? 0 : text * 2);
  Frame frame;
  frame.plot.y = text * 3 / 2 + title + legend;
  frame.plot.height = options.height - frame.plot.y - below;
  frame.y = y_axis(y, chart.log_y, frame.plot.height, text);
  // The least width lets stacked charts, whose numbers are usually short, share the place of their x axis.
  const int numbers = std::max(widest_label(frame.y, text), 4 * text);
  frame.plot.x = numbers + text * 2 + (chart.y_label.empty() ? 0 : text * 5 / 2);
  frame.plot.width = options.width - frame.plot.x - text * 3;
  if (frame.plot.width < kSmallestPlot || frame.plot.height < kSmallestPlot) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("a chart of {}x{} pixels has no room for text {} pixels high", options.width,
                            options.height, text),
                "make it larger, or its text smaller");
  }
  frame.x = x_axis(x, frame.plot.width, text);
  return frame;
}

void draw_frame(Image& canvas, const Frame& frame, int text) {
  cv::Mat pixels = pixels_of(canvas);
  const cv::Rect& plot = frame.plot;
  const int right = plot.x + plot.width - 1, bottom = plot.y + plot.height - 1;
  for (const Tick& tick : frame.x.ticks) {
    const int x = plot.x + static_cast<int>(std::lround(frame.x.place(tick.value) * (plot.width - 1)));
    cv::line(pixels, {x, plot.y}, {x, bottom}, scalar(kGrid));
    cv::line(pixels, {x, bottom}, {x, bottom + text / 3}, scalar(kRim));
    put_text(canvas, x, bottom + text * 2, tick.label, text, kInk, Align::kCenter);
  }
  for (const Tick& tick : frame.y.ticks) {
    const int y = bottom - static_cast<int>(std::lround(frame.y.place(tick.value) * (plot.height - 1)));
    cv::line(pixels, {plot.x, y}, {right, y}, scalar(kGrid));
    cv::line(pixels, {plot.x - text / 3, y}, {plot.x, y}, scalar(kRim));
    put_text(canvas, plot.x - text * 2 / 3, y + text / 2, tick.label, text, kInk, Align::kRight);
  }
  cv::line(pixels, {plot.x, plot.y}, {plot.x, bottom}, scalar(kRim));
  cv::line(pixels, {plot.x, bottom}, {right, bottom}, scalar(kRim));
}

}  // namespace relprompt::analysis
