// Learning rates chosen before anything is compared: one run for each group of rows and each value, with seed
// 0 and the suite's first CLIP, and the best on the validation part. Methods and losses need different rates,
// and a comparison at one of them is a comparison of rates.
#pragma once

#include <string>
#include <vector>

#include "experiments/plan.h"
#include "experiments/run_result.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

/// optimizer.rate and optimizer.knowledge_rate as changes of a config.
std::vector<std::string> rate_changes(const RateChoice& rates, double value);

/// The runs that decide, as a suite of one table: group after group, value after value. No table where no
/// group has more than one value to choose from.
Suite rate_suite(const Suite& suite);

/// Tells the suite's groups what the runs of its rate_suite found: the highest validation hIoU, the smallest
/// of equal ones. With a single value that one. `results` is by run of `plan`, made of rate_suite(suite).
void choose_rates(Suite& suite, const Plan& plan, const std::vector<std::optional<RunResult>>& results);

/// The first value for every group, so that all rows can be checked before there is a choice.
void assume_rates(Suite& suite);

/// "## Learning rates": each group's validation hIoU by value, the chosen one in bold. Empty without a
/// choice.
std::string rates_text(const Suite& suite);

}  // namespace relprompt::experiments
