#include "experiments/dry_run.h"

#include <algorithm>
#include <utility>

#include "base/json_output.h"
#include "experiments/cost.h"
#include "experiments/rate_choice.h"
#include "experiments/row_run.h"

namespace relprompt::experiments {
namespace {

using Results = std::vector<std::optional<RunResult>>;

Results finished_results(const Plan& plan, const std::filesystem::path& work, const KnownResults& known) {
  Results results(plan.runs.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (plan.clip(plan.runs[i]).ready()) results[i] = finished_result(plan, plan.runs[i], work, known);
  }
  return results;
}

}  // namespace

RunOutcome dry_run(Suite suite, const std::vector<std::size_t>& tables, const std::filesystem::path& work,
                   const KnownResults& known, const std::optional<ExperimentPace>& pace) {
  SuiteCost before;
  assume_rates(suite);
  auto plan = make_plan(suite, work);
  if (auto rates = rate_suite(suite); !rates.tables.empty()) {
    const auto choice = make_plan(std::move(rates), work);
    const auto results = finished_results(choice, work, known);
    before = cost_of(choice, {0}, results, pace);
    const auto there = [](const auto& result) { return result.has_value(); };
    if (std::all_of(results.begin(), results.end(), there)) {
      choose_rates(suite, choice, results);
      plan = make_plan(suite, work);
    }
  }
  auto cost = cost_of(plan, tables, finished_results(plan, work, known), pace);
  prepend(before, cost);
  RunOutcome outcome;
  outcome.finished = true;
  outcome.changed = false;
  outcome.summary = cost_text(plan, cost);
  outcome.json = json_text(cost_json(cost));
  return outcome;
}

}  // namespace relprompt::experiments
