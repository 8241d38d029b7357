#include "analysis/curves.h"

#include <algorithm>
#include <cmath>

#include "analysis/axis.h"

namespace relprompt::analysis {
namespace {

double cleaned(double value) {
  return std::abs(value) < 1 / kLargestNumber ? 0 : value;
}

}  // namespace

bool usable(double value) {
  return std::isfinite(value) && std::abs(value) <= kLargestNumber;
}

std::vector<Run> runs_of(const std::vector<double>& x, const std::vector<double>& y, bool log_y) {
  std::vector<Run> runs;
  bool open = false;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const CurvePoint point = {cleaned(x[i]), cleaned(y[i])};
    if (!usable(x[i]) || !usable(y[i]) || (log_y && point.y <= 0)) {
      open = false;
      continue;
    }
    if (!open) runs.emplace_back();
    open = true;
    runs.back().push_back(point);
  }
  return runs;
}

Run smoothed(const Run& run, std::size_t reach) {
  if (reach == 0) return run;
  Range range;
  for (const CurvePoint& point : run) range.include(point.y);
  std::vector<long double> sums(run.size() + 1, 0);  // of the first i values; wide, so that little is lost
  for (std::size_t i = 0; i < run.size(); ++i) sums[i + 1] = sums[i] + run[i].y;
  Run result = run;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const std::size_t side = std::min({reach, i, run.size() - 1 - i});
    const auto count = static_cast<long double>(2 * side + 1);
    const auto mean = static_cast<double>((sums[i + side + 1] - sums[i - side]) / count);
    result[i].y = std::clamp(mean, range.low, range.high);  // a sum of numbers of very different size rounds
  }
  return result;
}

void Range::include(double value) {
  low = any ? std::min(low, value) : value;
  high = any ? std::max(high, value) : value;
  any = true;
}

}  // namespace relprompt::analysis
