// Results of runs as rows of tables: mean and spread over the seeds, and what a row gains over the first one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/paired.h"
#include "experiments/plan.h"
#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Of the values that are there.
struct Spread {
  std::size_t count = 0;
  double mean = 0, low = 0, high = 0;
  double deviation = 0;  ///< sample standard deviation; 0 for fewer than two values
};

Spread spread_of(const std::vector<double>& values);

struct RowSummary {
  std::string name, regime;                 ///< the regime's key
  std::vector<RunResult> results;           ///< finished ones, by CLIP and seed
  std::vector<RunKey> keys;                 ///< of the results
  std::int64_t iterations = 0;              ///< 0 for a row that is not trained
  Spread miou, seen, unseen, hiou, pacc;    ///< on the test set, fractions of 1
  Spread unseen_over_seen;                  ///< U/S of each run: how much is forgotten
  Spread calibration, calibrated_hiou;      ///< chosen on the validation part; test hIoU with it
  std::vector<double> m2oe_updates;         ///< by layer, mean over the runs; empty: not measured
  Spread validation_miou, validation_hiou;  ///< fractions of 1
  Spread seconds;
  std::uint64_t trained_parameters = 0;
  std::optional<double> reference;  ///< as Row::reference
  PaperScores published;            ///< as Row::published
  /// hIoU (mIoU where no class is unseen) minus the first row's of the same regime, for each CLIP and seed
  /// that both have; empty for that row and without a common run.
  std::vector<double> gains;

  std::optional<double> gain() const;  ///< their mean
};

struct TableSummary {
  std::size_t table = 0;  ///< of the suite
  std::vector<RowSummary> rows;
};

/// hIoU (mIoU where no class is unseen) of a row by run.
RowScores deciding_scores(const RowSummary& row);

/// How many gains there are that have an interval: the comparisons that a page of these tables makes.
std::size_t comparisons(const std::vector<TableSummary>& tables);

/// True if scores of seen and unseen classes are not all there is: a row knows no unseen ones.
bool has_supervised_rows(const TableSummary& table);

/// Test scores of the most frequent class everywhere, from the first result of the regime that has them.
std::optional<eval::Scores> most_frequent_class(const std::vector<TableSummary>& tables,
                                                const std::string& regime);

/// Tables of which every run is finished, and there is one. `results` is by run of the plan.
std::vector<TableSummary> summarise(const Plan& plan, const std::vector<std::optional<RunResult>>& results);

}  // namespace relprompt::experiments
