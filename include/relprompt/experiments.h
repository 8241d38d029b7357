// Tables of comparisons on the synthetic world, and on data sets of one's own, from one declarative file: the
// library side of `relprompt experiments`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/training.h"

namespace relprompt {

/// A data set that the config names and does not bring.
struct DataFolder {
  std::string name;              ///< as the config's regimes call it
  std::filesystem::path folder;  ///< what `relprompt train --data` takes
};

/// Seconds of a machine, for the cost of a suite.
struct ExperimentPace {
  double training = 0;  ///< of a training image: forward and backward pass
  double test = 0;      ///< of a test image, at one scale
};

/// Which suite is run, where, and how much of it.
struct ExperimentSettings {
  std::filesystem::path config;  ///< YAML file, see docs/guide/experimenting.md
  std::filesystem::path clip;    ///< model folder in place of the suite's CLIP; empty: as the config says
  std::filesystem::path output;  ///< folder of the tables and images
  std::filesystem::path work;    ///< folder of scenes, CLIPs and runs; empty: output/work
  /// Files runs.jsonl of other output folders: what they hold counts as finished. The output's own always
  /// does.
  std::vector<std::filesystem::path> results;
  std::vector<std::string> only;  ///< keys of the tables to run; empty: all
  std::vector<DataFolder> data;   ///< rows of regimes whose data set is not among them are left out
  bool quick = false;             ///< apply the config's section `quick`
  std::optional<int> threads;     ///< absent: all cores
  /// Only say what the runs that are not finished cost, table by table: updates, images, and hours at the
  /// measured or stated pace. Everything is checked as for the runs themselves; nothing is written, and
  /// output may be empty.
  bool dry_run = false;
  std::optional<ExperimentPace>
      pace;  ///< of a dry run; absent: what finished runs took, or the config states
  /// Both folders may belong to another suite, whose tables are replaced; its runs stay beside the new ones.
  /// Files that relprompt did not write, or that were changed since, always stay.
  bool replace = false;
};

/// Runs what is not finished yet, beside other processes that share the work folder, and writes
/// experiments.md, experiments.json and images. Every row's settings and data are checked before anything is
/// trained. A finished run leaves a result under a fingerprint of all that decides it and is never repeated;
/// an interrupted one goes on from its checkpoint. Throws Error: kBadArgument (config, an unknown table or
/// data set), kNotFound (a data set's folder or layout, a file of results), kNotWritable (folders of another
/// suite), kUnreadable (results), and as train_prompts and pretrain_clip.
RELPROMPT_API RunOutcome run_experiments(const ExperimentSettings& settings, RunListener& listener);

}  // namespace relprompt
