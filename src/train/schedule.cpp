#include "train/schedule.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace relprompt::train {

double learning_rate(double base, std::int64_t done, const config::ScheduleOptions& options) {
  const double left = 1 - static_cast<double>(done) / static_cast<double>(options.iterations);
  const double decayed =
      options.minimum + (base - options.minimum) * std::pow(std::max(left, 0.0), options.power);
  if (done >= options.warmup_iterations) return decayed;
  const double cold = 1 - static_cast<double>(done) / static_cast<double>(options.warmup_iterations);
  return decayed * (1 - cold * (1 - options.warmup_ratio));
}

double highest_share(const config::ScheduleOptions& options) {
  // The decay falls and the warm-up rises, so that their product has one highest place, at the warm-up's end
  // or before it.
  double highest = 0;
  const auto last = std::min(options.iterations - 1, options.warmup_iterations);
  for (std::int64_t done = 0; done <= last; ++done) {
    highest = std::max(highest, learning_rate(1, done, options));
  }
  return highest;
}

std::string warm_up_warning(double share, std::int64_t warmup, std::int64_t iterations,
                            const std::string& part, const std::string& key) {
  constexpr double kEnough = 0.5;
  if (share >= kEnough) return "";
  return fmt::format(
      "warm-up is {} iterations and the {} has {}: no learning rate gets beyond {:.0f}% of what the config "
      "says, and "
      "little is learnt; lower {}",
      warmup, part, iterations, share * 100, key);
}

}  // namespace relprompt::train
