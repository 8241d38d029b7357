// `relprompt experiments --dry-run`: a suite is planned as for its runs, and none is made.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "relprompt/experiments.h"

#include "experiments/run_result.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

/// What is left of these tables of the suite, the runs that choose learning rates among it. work may be empty
/// or not there: then only what is known is finished. Throws as make_plan.
RunOutcome dry_run(Suite suite, const std::vector<std::size_t>& tables, const std::filesystem::path& work,
                   const KnownResults& known, const std::optional<ExperimentPace>& pace);

}  // namespace relprompt::experiments
