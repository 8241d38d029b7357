// A whole suite: prepares scenes and CLIPs, makes the runs that are not finished, one after the other, and
// writes the tables.
#pragma once

#include "relprompt/experiments.h"

namespace relprompt::experiments {

/// Implements relprompt::run_experiments.
RunOutcome run(const ExperimentSettings& settings, RunListener& listener);

}  // namespace relprompt::experiments
