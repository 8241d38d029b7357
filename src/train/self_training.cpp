#include "train/self_training.h"

#include <algorithm>
#include <cmath>

namespace relprompt::train {

std::optional<std::int64_t> self_training_begin(const config::RunConfig& config) {
  const bool self_trains =
      config.setting == eval::Setting::kTransductive || config.setting == eval::Setting::kTransductiveKnown;
  if (!self_trains) return std::nullopt;
  const double share = config.self_training.start * static_cast<double>(config.train.schedule.iterations);
  return static_cast<std::int64_t>(std::ceil(share));
}

Stretch stretch_of(const config::RunConfig& config, std::int64_t done) {
  Stretch stretch{0, config.train.schedule};
  const auto begin = self_training_begin(config);
  if (!config.self_training.restart || !begin || done < *begin) return stretch;
  stretch.first = *begin;
  // `start` may be so near to 1 that nothing is left; then no update asks for this.
  stretch.schedule.iterations = std::max<std::int64_t>(1, config.train.schedule.iterations - *begin);
  return stretch;
}

bool restarts_at(const config::RunConfig& config, std::int64_t done) {
  return config.self_training.restart && done > 0 && self_training_begin(config) == done;
}

}  // namespace relprompt::train
