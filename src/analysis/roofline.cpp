#include "analysis/roofline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/axis.h"

namespace relprompt::analysis {
namespace {

constexpr std::array<image::Color, 6> kColors = {
    {{31, 95, 191}, {214, 96, 0}, {34, 139, 60}, {150, 60, 160}, {190, 40, 40}, {98, 114, 140}}};
constexpr int kText = 11, kMarks = 9;
constexpr double kSmallest = 1e-9, kLargest = 1e9;                    // of rates and intensities
constexpr double kLeft = 76, kTop = 64, kWidth = 850, kHeight = 360;  // of the plot, pixels
constexpr double kDot = 5;

void check(const Roofline& roofline) {
  require_range("the memory's rate in a roofline", roofline.memory_rate, kSmallest, kLargest);
  if (roofline.ceilings.empty()) throw Error(ErrorCode::kBadArgument, "a roofline without a ceiling");
  for (const auto& one : roofline.ceilings) {
    require_range("a ceiling of a roofline", one.gflops, kSmallest, kLargest);
  }
  for (const auto& point : roofline.points) {
    require_range("an intensity in a roofline", point.intensity, kSmallest, kLargest);
    require_range("a rate in a roofline", point.gflops, kSmallest, kLargest);
    const bool below = std::any_of(roofline.ceilings.begin(), roofline.ceilings.end(),
                                   [&](const auto& one) { return point.gflops <= one.gflops; });
    if (!below) {
      throw Error(ErrorCode::kBadArgument, fmt::format("\"{}\" is above the roof of a roofline", point.name));
    }
  }
}

class Chart {
 public:
  explicit Chart(const Roofline& roofline) : roofline_(roofline) {
    const auto by_rate = [](const auto& a, const auto& b) { return a.gflops < b.gflops; };
    top_ = std::max_element(roofline.ceilings.begin(), roofline.ceilings.end(), by_rate)->gflops;
    double low = top_, high = top_, left = ridge(), right = ridge();
    for (const auto& one : roofline.ceilings) low = std::min(low, one.gflops);
    for (const auto& point : roofline.points) {
      low = std::min(low, point.gflops);
      high = std::max(high, point.gflops);
      left = std::min(left, point.intensity);
      right = std::max(right, point.intensity);
    }
    // Room for names at the right, and at least two decades of height, so that a roof looks like one.
    x_ = log_axis(left / 3, right * 5, kMarks);
    y_ = log_axis(std::min(low / 1.5, high / 60), high * 1.7, kMarks);
  }

  Figure draw() {
    text({kLeft, 34}, roofline_.title, kText * 6 / 5, kInk, Align::kLeft);
    frame();
    roof();
    points();
    return std::move(figure_);
  }

 private:
  /// Operations a byte from which on arithmetic is what holds a program back.
  double ridge() const { return top_ / roofline_.memory_rate; }

  double x_of(double intensity) const { return kLeft + std::clamp(x_.place(intensity), 0.0, 1.0) * kWidth; }
  double y_of(double gflops) const { return kTop + (1 - std::clamp(y_.place(gflops), 0.0, 1.0)) * kHeight; }

  void text(cv::Point2d place, const std::string& words, int height, image::Color color, Align align,
            bool upright = false) {
    figure_.texts.push_back({place, words, height, color, align, upright});
  }
  void line(cv::Point2d from, cv::Point2d to, image::Color color, int width = 1) {
    figure_.lines.push_back({{from, to}, color, width});
  }

  void frame() {
    const double right = kLeft + kWidth, bottom = kTop + kHeight;
    for (const Tick& tick : y_.ticks) {
      line({kLeft, y_of(tick.value)}, {right, y_of(tick.value)}, kGrid);
      text({kLeft - 8, y_of(tick.value) + kText / 2.0}, tick.label, kText, kInk, Align::kRight);
    }
    for (const Tick& tick : x_.ticks) {
      line({x_of(tick.value), kTop}, {x_of(tick.value), bottom}, kGrid);
      text({x_of(tick.value), bottom + 20}, tick.label, kText, kInk, Align::kCenter);
    }
    line({kLeft, kTop}, {kLeft, bottom}, kRim);
    line({kLeft, bottom}, {right, bottom}, kRim);
    text({kLeft + kWidth / 2, bottom + 44}, "FLOP for each byte of memory traffic", kText, kFaint,
         Align::kCenter);
    text({24, kTop + kHeight / 2}, "GFLOP/s", kText, kFaint, Align::kCenter, true);
  }

  /// The slope of the memory up to the highest ceiling, and every ceiling from where the slope meets it.
  void roof() {
    const double rate = roofline_.memory_rate;
    const double lowest = std::pow(10.0, y_.low), leftmost = std::pow(10.0, x_.low);
    const double start = std::max(leftmost, lowest / rate);
    line({x_of(start), y_of(start * rate)}, {x_of(ridge()), y_of(top_)}, kInk, 2);
    const double middle = std::sqrt(start * ridge());
    text({x_of(middle) + 12, y_of(middle * rate) + kText}, fmt::format("memory {:.0f} GB/s", rate), kText,
         kInk, Align::kLeft);
    for (const auto& one : roofline_.ceilings) {
      line({x_of(one.gflops / rate), y_of(one.gflops)}, {kLeft + kWidth, y_of(one.gflops)}, kInk, 2);
      text({x_of(one.gflops / rate) + 12, y_of(one.gflops) - 6},
           fmt::format("{} {:.0f}", one.name, one.gflops), kText, kInk, Align::kLeft);
    }
  }

  void points() {
    for (std::size_t i = 0; i < roofline_.points.size(); ++i) {
      const RooflinePoint& point = roofline_.points[i];
      figure_.dots.push_back(
          {{x_of(point.intensity), y_of(point.gflops)}, kDot, kColors.at(i % kColors.size())});
    }
    names();
  }

  /// From the highest point to the lowest; a name gives way to the one above it.
  void names() {
    std::vector<std::size_t> order(roofline_.points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return roofline_.points[a].gflops > roofline_.points[b].gflops;
    });
    double free = kTop;  // where the next name may stand
    for (const auto i : order) {
      const RooflinePoint& point = roofline_.points[i];
      const auto color = kColors.at(i % kColors.size());
      const cv::Point2d place = {x_of(point.intensity), y_of(point.gflops)};
      const double baseline = below_roof(std::max(place.y + kText / 2.0, free));
      // More than the memory gives: what the part works on stayed in caches.
      const bool cached = point.gflops > point.intensity * roofline_.memory_rate;
      text({place.x + 12, baseline},
           fmt::format("{} {:.0f}{}", point.name, point.gflops, cached ? ", out of caches" : ""), kText,
           color, Align::kLeft);
      free = baseline + kText * 1.6;
    }
  }

  /// Where text may stand that would touch a ceiling's line at this height.
  double below_roof(double baseline) const {
    for (const auto& one : roofline_.ceilings) {
      const double line = y_of(one.gflops);
      if (baseline > line - 3 && baseline - kText < line + 3) baseline = line + kText + 5;
    }
    return baseline;
  }

  const Roofline& roofline_;
  double top_ = 0;
  Axis x_, y_;
  Figure figure_;
};

}  // namespace

Figure roofline_figure(const Roofline& roofline) {
  check(roofline);
  return Chart(roofline).draw();
}

}  // namespace relprompt::analysis
