// What a suite costs before it is started: updates and images of the runs that are not finished, and hours at
// a pace that was measured or stated.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/experiments.h"

#include "experiments/plan.h"
#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Of runs that are not finished.
struct Cost {
  std::string table;  ///< key; empty: all of them
  std::size_t runs = 0, finished = 0;
  std::uint64_t updates = 0, training_images = 0;
  std::uint64_t test_images = 0;  ///< with those that choose the best checkpoint; scales and mirrored ones
                                  ///< count as much as their pixels
  std::optional<double> hours;    ///< absent without a pace
};

struct SuiteCost {
  std::vector<Cost> tables;  ///< a run that several tables share is in the first of them alone
  Cost all;
  std::optional<ExperimentPace> pace;  ///< seconds an image
  std::string pace_source;             ///< in words
};

/// results: by run of the plan, of finished ones. The pace: what was asked for, else of training the median
/// over the finished runs beside the suite's for test images, else the suite's.
SuiteCost cost_of(const Plan& plan, const std::vector<std::size_t>& tables,
                  const std::vector<std::optional<RunResult>>& results,
                  const std::optional<ExperimentPace>& asked);

/// Puts the tables of what runs first before those of the rest, and adds it to the sum.
void prepend(const SuiteCost& first, SuiteCost& cost);

/// A table in plain text, and below it the pace and what is left out.
std::string cost_text(const Plan& plan, const SuiteCost& cost);

/// {"dry_run": true, "pace": {...}, "tables": [{"key", "runs", "finished", "updates", "training_images",
/// "test_images", "hours"}], "all": {...}}.
nlohmann::ordered_json cost_json(const SuiteCost& cost);

}  // namespace relprompt::experiments
