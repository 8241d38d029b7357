// The learning rate at each iteration: polynomial decay with a linear warm-up, as mmsegmentation runs it.
#pragma once

#include <cstdint>
#include <string>

namespace relprompt::train {

struct ScheduleOptions {
  std::int64_t iterations = 20000;        ///< length of the whole run, 1 or more
  double power = 0.9;                     ///< of the decay, above 0
  double minimum = 1e-6;                  ///< learning rate that the decay ends at, 0 or more
  std::int64_t warmup_iterations = 1500;  ///< 0: no warm-up
  double warmup_ratio = 1e-6;             ///< factor that the warm-up starts from, in [0, 1]
};

/// Throws Error(kBadArgument) that names the field if an option is out of its range.
void check(const ScheduleOptions& options);

/// Learning rate of the update that follows `done` updates (0 for the first one; logs that count from 1
/// show done + 1). base is the group's learning rate. After the last iteration the rate stays at the end of
/// the decay.
double learning_rate(double base, std::int64_t done, const ScheduleOptions& options);

/// Largest learning rate of the run as a share of the base. Far below 1 where the warm-up takes so much of
/// the run that the decay has come first.
double highest_share(const ScheduleOptions& options);

/// What to tell about a warm-up of `warmup` of `iterations` updates that lets the rate reach this share only;
/// empty for half of it and more. `part` is what the iterations are of, "run" or "phase NAME".
std::string warm_up_warning(double share, std::int64_t warmup, std::int64_t iterations,
                            const std::string& part, const std::string& key);

}  // namespace relprompt::train
