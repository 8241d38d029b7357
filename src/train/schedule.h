// The learning rate at each iteration: polynomial decay with a linear warm-up, as mmsegmentation runs it.
#pragma once

#include <cstdint>
#include <string>

#include "config/optimizer_options.h"

namespace relprompt::train {

/// Learning rate of the update that follows `done` updates (0 for the first one; logs that count from 1
/// show done + 1). base is the group's learning rate. After the last iteration the rate stays at the end of
/// the decay.
double learning_rate(double base, std::int64_t done, const config::ScheduleOptions& options);

/// Largest learning rate of the run as a share of the base. Far below 1 where the warm-up takes so much of
/// the run that the decay has come first.
double highest_share(const config::ScheduleOptions& options);

/// What to tell about a warm-up of `warmup` of `iterations` updates that lets the rate reach this share only;
/// empty for half of it and more. `part` is what the iterations are of, "run" or "phase NAME".
std::string warm_up_warning(double share, std::int64_t warmup, std::int64_t iterations,
                            const std::string& part, const std::string& key);

}  // namespace relprompt::train
