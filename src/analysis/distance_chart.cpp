#include "analysis/distance_chart.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/axis.h"
#include "image/draw_text.h"

namespace relprompt::analysis {
namespace {

// The first greyish, for it is what the others are compared with.
constexpr std::array<image::Color, 4> kColors = {
    {{98, 114, 140}, {214, 96, 0}, {31, 95, 191}, {34, 139, 60}}};
constexpr int kText = 11, kMarks = 7;
constexpr double kDot = 3.2, kTogether = 0.36;  // radius in pixels; share of a layer's room that series take
constexpr double kLeft = 76, kTop = 84, kWidth = 860, kHeight = 330;  // of the plot, pixels

void check(const std::vector<DistanceSeries>& series) {
  if (series.empty() || series.size() > kColors.size()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} series of distances: expected 1 to {}", series.size(), kColors.size()));
  }
  for (const auto& one : series) {
    if (one.heads_of_layers.empty()) {
      throw Error(ErrorCode::kBadArgument, fmt::format("the distances of \"{}\" have no layer", one.name));
    }
    for (const auto& heads : one.heads_of_layers) {
      if (heads.empty()) {
        throw Error(ErrorCode::kBadArgument, fmt::format("a layer of \"{}\" has no head", one.name));
      }
      for (const double value : heads) require_range("an attention distance", value, 0, kLargestNumber);
    }
  }
}

class Chart {
 public:
  explicit Chart(const std::vector<DistanceSeries>& series) : series_(series) {
    double highest = 0;
    for (const auto& one : series) {
      layers_ = std::max(layers_, one.heads_of_layers.size());
      for (const auto& heads : one.heads_of_layers) {
        highest = std::max(highest, *std::max_element(heads.begin(), heads.end()));
      }
    }
    y_ = linear_axis(0, highest, kMarks, 0.04);
  }

  Figure draw(const std::string& title) {
    text({kLeft, 34}, title, kText * 6 / 5, kInk, Align::kLeft);
    legend();
    frame();
    for (std::size_t i = 0; i < series_.size(); ++i) curve(i);
    return std::move(figure_);
  }

 private:
  double room() const { return kWidth / static_cast<double>(layers_); }

  /// Where the heads of a series stand in a layer (from 0); half a step left of its middle, half right, ...
  double x_of(std::size_t layer, std::size_t series) const {
    const auto count = static_cast<double>(series_.size());
    const double shift = (static_cast<double>(series) - (count - 1) / 2) / count * kTogether;
    return kLeft + (static_cast<double>(layer) + 0.5 + shift) * room();
  }
  double y_of(double pixels) const { return kTop + (1 - y_.place(pixels)) * kHeight; }

  void text(cv::Point2d place, const std::string& words, int height, image::Color color, Align align,
            bool upright = false) {
    figure_.texts.push_back({place, words, height, color, align, upright});
  }
  void line(cv::Point2d from, cv::Point2d to, image::Color color, int width = 1) {
    figure_.lines.push_back({{from, to}, color, width});
  }

  void legend() {
    double x = kLeft;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      line({x, 58}, {x + 26, 58}, kColors.at(i), 2);
      figure_.dots.push_back({{x + 13, 58}, kDot + 0.6, kColors.at(i)});
      text({x + 34, 62}, series_[i].name, kText, kInk, Align::kLeft);
      x += 34 + image::text_width(image::drawable(series_[i].name), kText) + 36;
    }
  }

  void frame() {
    const double right = kLeft + kWidth, bottom = kTop + kHeight;
    for (const Tick& tick : y_.ticks) {
      line({kLeft, y_of(tick.value)}, {right, y_of(tick.value)}, kGrid);
      text({kLeft - 8, y_of(tick.value) + kText / 2.0}, tick.label, kText, kInk, Align::kRight);
    }
    // With many layers only every second, third, ... has room for its number.
    const auto every = std::max<std::size_t>(1, static_cast<std::size_t>(30 / room()));
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      const double x = kLeft + (static_cast<double>(layer) + 0.5) * room();
      line({x, bottom}, {x, bottom + 4}, kRim);
      if (layer % every == 0) text({x, bottom + 22}, std::to_string(layer + 1), kText, kInk, Align::kCenter);
    }
    line({kLeft, kTop}, {kLeft, bottom}, kRim);
    line({kLeft, bottom}, {right, bottom}, kRim);
    text({kLeft + kWidth / 2.0, bottom + 46}, "layer  (dots: heads, line: their mean)", kText, kFaint,
         Align::kCenter);
    text({24, kTop + kHeight / 2.0}, "mean attention distance, pixels", kText, kFaint, Align::kCenter, true);
  }

  void curve(std::size_t i) {
    FigureLine mean = {{}, kColors.at(i), 2};
    const auto& layers = series_[i].heads_of_layers;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      const auto& heads = layers[layer];
      const double sum = std::accumulate(heads.begin(), heads.end(), 0.0);
      mean.points.emplace_back(x_of(layer, i), y_of(sum / static_cast<double>(heads.size())));
      for (const double value : heads) {
        figure_.dots.push_back({{x_of(layer, i), y_of(value)}, kDot, mixed(kColors.at(i), kPaper, 0.25)});
      }
    }
    figure_.lines.push_back(std::move(mean));
  }

  const std::vector<DistanceSeries>& series_;
  std::size_t layers_ = 0;
  Axis y_;
  Figure figure_;
};

}  // namespace

Figure distance_figure(const std::string& title, const std::vector<DistanceSeries>& series) {
  check(series);
  return Chart(series).draw(title);
}

}  // namespace relprompt::analysis
