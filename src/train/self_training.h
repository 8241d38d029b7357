// Where self-training begins in a run, and which part of the learning rate's schedule an iteration belongs
// to. Functions of the config and the iteration alone, so that a run that is resumed needs no more state.
#pragma once

#include <cstdint>
#include <optional>

#include "config/run_config.h"

namespace relprompt::train {

/// The first iteration (counted from 0) with pseudo labels; absent if the protocol has none.
std::optional<std::int64_t> self_training_begin(const config::RunConfig& config);

/// A stretch of iterations with a schedule of its own.
struct Stretch {
  std::int64_t first = 0;            ///< iterations of the run before it
  config::ScheduleOptions schedule;  ///< its iterations are those of this stretch
};

/// The stretch that the update after `done` ones belongs to. There is one, the whole run, unless
/// self_training.restart makes a second one of the iterations with pseudo labels. The first then keeps the
/// schedule of a run that would go on to the end: ZegCLIP's self-training starts from such a run's middle.
Stretch stretch_of(const config::RunConfig& config, std::int64_t done);

/// True if AdamW's moments are forgotten before the update after `done` ones.
bool restarts_at(const config::RunConfig& config, std::int64_t done);

}  // namespace relprompt::train
