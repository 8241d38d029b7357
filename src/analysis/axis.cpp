#include "analysis/axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace relprompt::analysis {
namespace {

constexpr double kRounding = 1e-9;  // a share of a step that is no real distance

int decade_of(double value) {
  return static_cast<int>(std::floor(std::log10(value) + kRounding));
}

double nice_step(double range, int most) {
  const double wanted = range / std::max(1, most);
  const double power = std::pow(10.0, decade_of(wanted));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (wanted <= factor * power * (1 + kRounding)) return factor * power;
  }
  return 10 * power;
}

// "2.5e-4" rather than "2.500000e-04".
std::string scientific(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, std::max(0, digits));
  std::string mantissa = text.substr(0, text.find('e'));
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  return fmt::format("{}e{}", mantissa, std::stoi(text.substr(text.find('e') + 1)));
}

// All labels of an axis show the same unit, so that they can be compared at a glance.
std::string label_of(double value, double step, double widest) {
  if (std::abs(value) < step / 2) return "0";
  if (widest >= 1e6 || widest < 1e-3) {
    return scientific(value, decade_of(std::abs(value)) - decade_of(step));
  }
  return fmt::format("{:.{}f}", value, std::max(0, -decade_of(step)));
}

std::vector<Tick> linear_ticks(double low, double high, int most) {
  const double step = nice_step(high - low, most);
  const double widest = std::max(std::abs(low), std::abs(high));
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step - kRounding); i <= high / step + kRounding; ++i) {
    ticks.push_back({i * step, label_of(i * step, step, widest)});
  }
  return ticks;
}

// factors * 10^n for every `stride`-th n, between 10^low and 10^high.
std::vector<Tick> decade_ticks(double low, double high, std::initializer_list<double> factors, int stride) {
  std::vector<Tick> ticks;
  const int first = static_cast<int>(std::floor(low)), last = static_cast<int>(std::ceil(high));
  for (int n = first - (first % stride + stride) % stride; n <= last; n += stride) {
    for (const double factor : factors) {
      const double place = n + std::log10(factor);
      if (place < low - kRounding || place > high + kRounding) continue;
      const bool plain = n >= -3 && n <= 5;
      ticks.push_back(
          {std::pow(10.0, place), plain ? fmt::format("{:.{}f}", factor * std::pow(10.0, n), std::max(0, -n))
                                        : fmt::format("{}e{}", factor, n)});
    }
  }
  return ticks;
}

}  // namespace

double Axis::place(double value) const {
  return ((log ? std::log10(value) : value) - low) / (high - low);
}

Axis linear_axis(double low, double high, int most, double margin) {
  const double widest = std::max(std::abs(low), std::abs(high));
  Axis axis;
  if (widest < 1 / kLargestNumber) {
    axis.low = low < 0 ? -1 : 0;  // all values are 0
    axis.high = 1;
  } else if (high - low <= widest * 1e-9) {
    axis.low = low - widest * 0.1;
    axis.high = high + widest * 0.1;
  } else {
    const double more = (high - low) * margin;
    axis.low = low >= 0 ? std::max(0.0, low - more) : low - more;
    axis.high = high <= 0 ? std::min(0.0, high + more) : high + more;
  }
  axis.ticks = linear_ticks(axis.low, axis.high, most);
  return axis;
}

Axis log_axis(double low, double high, int most, double margin) {
  Axis axis;
  axis.log = true;
  const double range = std::log10(high) - std::log10(low);
  const double more = range < kRounding ? 0.1 : range * margin;
  axis.low = std::log10(low) - more;
  axis.high = std::log10(high) + more;
  if (axis.high - axis.low < 1) {
    axis.ticks = linear_ticks(std::pow(10.0, axis.low), std::pow(10.0, axis.high), most);
    return axis;
  }
  const auto wanted = static_cast<std::size_t>(std::max(1, most));
  axis.ticks = decade_ticks(axis.low, axis.high, {1, 2, 5}, 1);
  for (int stride = 1; axis.ticks.size() > wanted + 2 && stride < 1000; ++stride) {
    axis.ticks = decade_ticks(axis.low, axis.high, {1}, stride);
  }
  return axis;
}

}  // namespace relprompt::analysis
