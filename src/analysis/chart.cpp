#include "analysis/chart.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "analysis/chart_frame.h"
#include "analysis/curves.h"
#include "analysis/swatches.h"
#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

// Not the classes' palette: lines are thin and lie on white, so these are darker.
constexpr std::array<image::Color, 10> kColors = {{{31, 95, 191},
                                                   {214, 96, 0},
                                                   {34, 139, 60},
                                                   {200, 30, 50},
                                                   {126, 64, 180},
                                                   {0, 150, 170},
                                                   {205, 50, 140},
                                                   {125, 80, 40},
                                                   {120, 128, 0},
                                                   {90, 96, 110}}};
constexpr int kLegendRows = 3;
constexpr std::size_t kFew = 40;  // points of a run up to which each gets its dot
constexpr int kSubpixelBits = 4;

struct Curve {
  image::Color color;
  std::vector<Run> runs;
};

image::Color color_of_series(std::size_t index) {
  return kColors[index % kColors.size()];
}

void check(const Chart& chart, const ChartOptions& options) {
  require_range("a chart's width", options.width, 100, 20000);
  require_range("a chart's height", options.height, 100, 20000);
  require_range("a chart's text", options.text, kSmallestText, kLargestText);
  for (const Series& series : chart.series) {
    if (series.x.size() == series.y.size()) continue;
    throw Error(ErrorCode::kBadArgument, fmt::format("the series \"{}\" has {} x but {} y", series.name,
                                                     series.x.size(), series.y.size()));
  }
}

// Of what is drawn. As wide as the plot, about, whose width is not known before the legend's height is.
Swatches legend_of(const Chart& chart, const std::vector<Curve>& curves, const ChartOptions& options) {
  std::vector<Swatch> entries;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const std::string& name = chart.series[i].name;
    if (!name.empty() && !curves[i].runs.empty()) entries.push_back({curves[i].color, name});
  }
  return {std::move(entries), options.width - 12 * options.text, options.text, kLegendRows};
}

void draw_titles(Image& canvas, const Chart& chart, const Frame& frame, int text) {
  const cv::Rect& plot = frame.plot;
  const auto fitted = [&](const std::string& title, int height, int width) {
    return image::shortened(image::drawable(title), height, width);
  };
  const int large = text * 6 / 5;
  put_text(canvas, plot.x, text * 5 / 2, fitted(chart.title, large, plot.width), large, kInk);
  put_text(canvas, plot.x + plot.width / 2, plot.y + plot.height + text * 4,
           fitted(chart.x_label, text, plot.width), text, kFaint, Align::kCenter);
  if (chart.y_label.empty()) return;
  put_upright_text(canvas, text * 2, plot.y + plot.height / 2, fitted(chart.y_label, text, plot.height), text,
                   kFaint, Align::kCenter);
}

void draw_run(cv::Mat& pixels, const Frame& frame, const Run& run, image::Color color, int thickness) {
  std::vector<cv::Point> points;
  points.reserve(run.size());
  for (const CurvePoint& point : run) points.emplace_back(frame.place(point) * (1 << kSubpixelBits));
  cv::polylines(pixels, points, false, scalar(color), thickness, cv::LINE_AA, kSubpixelBits);
  if (run.size() > kFew) return;
  const int radius = (thickness * 3 << kSubpixelBits) / 2;
  for (const cv::Point& point : points) {
    cv::circle(pixels, point, radius, scalar(color), cv::FILLED, cv::LINE_AA, kSubpixelBits);
  }
}

// All pale curves first, so that none hides a mean.
void draw_curves(Image& canvas, const Frame& frame, const std::vector<Curve>& curves,
                 const ChartOptions& options) {
  cv::Mat pixels = pixels_of(canvas);
  const int thickness = options.text / 6 + 1;
  if (options.smooth > 0) {
    for (const Curve& curve : curves) {
      const image::Color pale = mixed(curve.color, kPaper, 0.7);
      for (const Run& run : curve.runs) draw_run(pixels, frame, run, pale, 1);
    }
  }
  for (const Curve& curve : curves) {
    for (const Run& run : curve.runs) {
      draw_run(pixels, frame, smoothed(run, options.smooth), curve.color, thickness);
    }
  }
}

Image draw(const Chart& chart, const ChartOptions& options) {
  std::vector<Curve> curves;
  Range x, y;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    curves.push_back({color_of_series(i), runs_of(chart.series[i].x, chart.series[i].y, chart.log_y)});
    for (const Run& run : curves.back().runs) {
      for (const CurvePoint& point : run) x.include(point.x), y.include(point.y);
    }
  }
  for (const double value : chart.x_also) {
    if (usable(value)) x.include(value);
  }
  Image canvas = blank_canvas(options.height, options.width);
  const Swatches legend = legend_of(chart, curves, options);
  const Frame frame = lay_out(chart, options, x, y, legend.height());
  draw_frame(canvas, frame, options.text);
  draw_titles(canvas, chart, frame, options.text);
  legend.draw(canvas, frame.plot.x, frame.plot.y - options.text - legend.height());
  draw_curves(canvas, frame, curves, options);
  if (!y.any) {
    put_text(canvas, frame.plot.x + frame.plot.width / 2, frame.plot.y + frame.plot.height / 2, "no data",
             options.text, kFaint, Align::kCenter);
  }
  return canvas;
}

}  // namespace

Image draw_chart(const Chart& chart, const ChartOptions& options) {
  check(chart, options);
  return image::guarded(ErrorCode::kInternal, "draw a chart", [&] { return draw(chart, options); });
}

Image stack(const std::vector<Image>& images) {
  if (images.empty()) throw Error(ErrorCode::kBadArgument, "there are no images to stack");
  std::int64_t height = 0, width = 0;
  for (const Image& image : images) {
    require_image(image, "a stacked image");
    height += image.height;
    width = std::max<std::int64_t>(width, image.width);
  }
  Image canvas = blank_canvas(height, width);
  int y = 0;
  for (const Image& image : images) {
    paste(canvas, 0, y, image);
    y += image.height;
  }
  return canvas;
}

}  // namespace relprompt::analysis
