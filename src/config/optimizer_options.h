// How fast numbers are trained: learning rates and their schedule.
#pragma once

#include <cstdint>

namespace relprompt::config {

struct ScheduleOptions {
  std::int64_t iterations = 20000;        ///< length of the whole run, 1 or more
  double power = 0.9;                     ///< of the decay, above 0
  double minimum = 1e-6;                  ///< learning rate that the decay ends at, 0 or more
  std::int64_t warmup_iterations = 1500;  ///< 0: no warm-up
  double warmup_ratio = 1e-6;             ///< factor that the warm-up starts from, in [0, 1]
};

/// Throws Error(kBadArgument) that names the field if an option is out of its range.
void check(const ScheduleOptions& options);

struct OptimizerOptions {
  double knowledge_rate = 2e-5;  ///< learning rate of the pixel knowledge h, above 0
  double rate = 2e-4;            ///< learning rate of everything else, above 0
  double weight_decay = 0.01;    ///< decoupled, the same for all parameters, 0 or more
};

/// Throws Error(kBadArgument) that names the field if an option is out of its range.
void check(const OptimizerOptions& options);

}  // namespace relprompt::config
