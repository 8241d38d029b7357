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
  std::string label;  ///< of the first row that needs it: "m2oe: rank 6, CLIP 2, seed 1"
  std::size_t regime = 0;
  std::size_t clip = 0;  ///< of the regime's
  bool trained = true;
  config::RunConfig config;  ///< without paths
  Images images;
  /// What else some table asks of it: calibrations to choose from, and how much M2oE changes the patches.
  std::vector<double> calibrations;
  bool m2oe_updates = false;
};

struct PlannedRow {
  std::size_t row = 0, regime = 0;
  std::vector<std::size_t> runs;  ///< by CLIP, then by seed
};

struct Plan {
  Suite suite;
  std::vector<std::vector<Clip>> clips;         ///< by regime
  std::vector<std::optional<DataFacts>> data;   ///< by regime: of the sets from outside that rows use
  std::vector<PlannedRun> runs;                 ///< in the order of the tables
  std::vector<std::vector<PlannedRow>> tables;  ///< by table: regime after regime, its rows in their order

  const Clip& clip(const PlannedRun& run) const { return clips[run.regime][run.clip]; }
  std::string fingerprint(const PlannedRun& run) const;  ///< the CLIP must be ready
};

/// Rows of regimes whose data set was not given are not in it. Throws Error(kBadArgument) for a row whose
/// settings are unknown, contradict each other or do not fit the CLIP, naming table and row, and for a suite
/// of which nothing is left; else as Clip and look_at_data.
Plan make_plan(Suite suite, const std::filesystem::path& work);

}  // namespace relprompt::experiments
