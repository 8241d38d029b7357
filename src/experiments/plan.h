// A suite with everything resolved: a complete config for every run, checked before anything is trained, and
// each distinct run once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/run_config.h"
#include "experiments/clips.h"
#include "experiments/data_sets.h"
#include "experiments/fingerprint.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

struct PlannedRun {
  std::string label;  ///< of the first row that needs it: "m2oe: rank 6, seed 1"
  std::size_t regime = 0;
  bool trained = true;
  config::RunConfig config;  ///< without paths
  Images images;
};

struct PlannedRow {
  std::size_t row = 0, regime = 0;
  std::vector<std::size_t> runs;  ///< by seed
};

struct Plan {
  Suite suite;
  std::vector<Clip> clips;                      ///< by regime
  std::vector<std::optional<DataFacts>> data;   ///< by regime: of the sets from outside that rows use
  std::vector<PlannedRun> runs;                 ///< in the order of the tables
  std::vector<std::vector<PlannedRow>> tables;  ///< by table: regime after regime, its rows in their order

  std::string fingerprint(const PlannedRun& run) const;  ///< the CLIP must be ready
};

/// Rows of regimes whose data set was not given are not in it. Throws Error(kBadArgument) for a row whose
/// settings are unknown, contradict each other or do not fit the CLIP, naming table and row, and for a suite
/// of which nothing is left; else as Clip and look_at_data.
Plan make_plan(Suite suite, const std::filesystem::path& work);

}  // namespace relprompt::experiments
