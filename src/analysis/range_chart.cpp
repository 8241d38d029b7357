#include "analysis/range_chart.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/axis.h"
#include "analysis/canvas.h"
#include "analysis/curves.h"
#include "analysis/swatches.h"
#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

// Those of charts' first series, the third darker: it is the one that tables are read by.
constexpr std::array<image::Color, 4> kColors = {
    {{31, 95, 191}, {214, 96, 0}, {20, 110, 45}, {126, 64, 180}}};
constexpr int kSubpixelBits = 4;

void check(const RangeChart& chart, const RangeChartOptions& options) {
  require_range("a chart's width", options.width, 200, 20000);
  require_range("a chart's text", options.text, kSmallestText, kLargestText);
  require_range("a chart's number of series", static_cast<double>(chart.series.size()), 1, kColors.size());
  for (const auto& row : chart.rows) {
    if (row.marks.size() == chart.series.size()) continue;
    throw Error(ErrorCode::kBadArgument, fmt::format("the row \"{}\" has {} marks for {} series", row.name,
                                                     row.marks.size(), chart.series.size()));
  }
}

void include(Range& range, const RangeMark& mark) {
  for (const double value : {mark.mean, mark.low, mark.high}) {
    if (usable(value)) range.include(value);
  }
}

Range range_of(const RangeChart& chart) {
  Range range;
  for (const auto& row : chart.rows) {
    for (const auto& mark : row.marks) include(range, mark);
  }
  return range;
}

bool is_drawn(const RangeChart& chart, std::size_t series) {
  Range range;
  for (const auto& row : chart.rows) include(range, row.marks[series]);
  return range.any;
}

Swatches legend_of(const RangeChart& chart, int width, int text) {
  std::vector<Swatch> entries;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (is_drawn(chart, i)) entries.push_back({kColors[i], chart.series[i]});
  }
  return {std::move(entries), width, text, 2};
}

int name_width(const RangeChart& chart, const RangeChartOptions& options) {
  int width = 0;
  for (const auto& row : chart.rows) {
    width = std::max(width, image::text_width(image::drawable(row.name), options.text));
  }
  return std::min(width, options.width * 2 / 5);
}

class Drawing {
 public:
  Drawing(const RangeChart& chart, const RangeChartOptions& options)
      : chart_(chart), text_(options.text), names_(name_width(chart, options)) {
    const int left = names_ + 3 * text_;
    const int width = options.width - left - 3 * text_;
    const Swatches legend = legend_of(chart, width, text_);
    const auto range = range_of(chart);
    any_ = range.any;
    row_height_ = 2 * text_ + static_cast<int>(chart.series.size()) * text_ * 3 / 4;
    const int top = text_ * 4 + legend.height() + text_;
    const int height = std::max(1, static_cast<int>(chart.rows.size())) * row_height_;
    plot_ = cv::Rect(left, top, width, height);
    axis_ = linear_axis(range.low, range.high, std::max(1, width / (8 * text_)), 0.04);
    canvas_ = blank_canvas(std::int64_t{top} + height + 6 * text_, options.width);
    legend.draw(canvas_, left, text_ * 4);
  }

  Image draw() {
    draw_frame();
    for (std::size_t i = 0; i < chart_.rows.size(); ++i) draw_row(i);
    if (!any_) {
      put_text(canvas_, plot_.x + plot_.width / 2, plot_.y + plot_.height / 2, "no data", text_, kFaint,
               Align::kCenter);
    }
    return canvas_;
  }

 private:
  double x_of(double value) const { return plot_.x + axis_.place(value) * (plot_.width - 1); }

  void draw_frame() {
    const auto title = image::shortened(image::drawable(chart_.title), text_ * 6 / 5, plot_.width);
    put_text(canvas_, plot_.x, text_ * 5 / 2, title, text_ * 6 / 5, kInk);
    cv::Mat pixels = pixels_of(canvas_);
    for (const Tick& tick : axis_.ticks) {
      const int x = cvRound(x_of(tick.value));
      cv::line(pixels, {x, plot_.y}, {x, plot_.y + plot_.height}, scalar(kGrid));
      put_text(canvas_, x, plot_.y + plot_.height + 2 * text_, tick.label, text_, kFaint, Align::kCenter);
    }
    cv::rectangle(pixels, plot_, scalar(kRim));
    put_text(canvas_, plot_.x + plot_.width / 2, plot_.y + plot_.height + 4 * text_,
             image::shortened(image::drawable(chart_.x_label), text_, plot_.width), text_, kFaint,
             Align::kCenter);
  }

  void draw_row(std::size_t index) {
    const auto& row = chart_.rows[index];
    const int top = plot_.y + static_cast<int>(index) * row_height_;
    const auto name = image::shortened(image::drawable(row.name), text_, names_);
    put_text(canvas_, plot_.x - text_, top + (row_height_ + text_) / 2, name, text_, kInk, Align::kRight);
    cv::Mat pixels = pixels_of(canvas_);
    if (index > 0) cv::line(pixels, {plot_.x, top}, {plot_.x + plot_.width, top}, scalar(kGrid));
    const double step = static_cast<double>(row_height_) / (static_cast<double>(row.marks.size()) + 1);
    for (std::size_t i = 0; i < row.marks.size(); ++i) {
      draw_mark(pixels, row.marks[i], top + step * (static_cast<double>(i) + 1), kColors[i]);
    }
  }

  void draw_mark(cv::Mat& pixels, const RangeMark& mark, double y, image::Color color) const {
    const auto at = [&](double value) {
      return cv::Point(cv::Point2d(x_of(value), y) * (1 << kSubpixelBits));
    };
    if (usable(mark.low) && usable(mark.high)) {
      cv::line(pixels, at(mark.low), at(mark.high), scalar(color), 2, cv::LINE_AA, kSubpixelBits);
    }
    if (!usable(mark.mean)) return;
    cv::circle(pixels, at(mark.mean), text_ * 2 / 5 << kSubpixelBits, scalar(color), cv::FILLED, cv::LINE_AA,
               kSubpixelBits);
  }

  const RangeChart& chart_;
  int text_, names_, row_height_ = 0;
  bool any_ = false;
  cv::Rect plot_;
  Axis axis_;
  Image canvas_;
};

}  // namespace

Image draw_ranges(const RangeChart& chart, const RangeChartOptions& options) {
  check(chart, options);
  return image::guarded(ErrorCode::kInternal, "draw a chart", [&] { return Drawing(chart, options).draw(); });
}

}  // namespace relprompt::analysis
