// What a finished run leaves for the tables: one small file, written last, so that a run without it is not
// finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eval/metrics.h"

namespace relprompt::experiments {

/// What subtracting a number from the probability of seen classes brings, the number chosen on the validation
/// part by hIoU.
struct Calibrated {
  std::vector<double> candidates, validation_hiou;
  double chosen = 0;
  eval::Scores test;  ///< with the chosen one
};

struct RunResult {
  std::string fingerprint;
  std::uint64_t seed = 0;
  std::string failure;  ///< why there are no scores (training diverged); empty: there are
  eval::Scores test, validation;
  eval::Scores most_frequent_class;  ///< of the test set if that class is all that is ever said
  std::uint64_t trained_parameters = 0;
  double seconds = 0;  ///< of training, see training_seconds
  std::optional<Calibrated> calibrated;
  /// By layer, ||M2oE(p) - p|| / ||p||, p the normalised patches of some validation scenes; empty: not asked.
  std::vector<double> m2oe_updates;
};

constexpr const char* kResultFile = "row.json";
/// In the output folder: results of all finished runs, a line each, that count where the work folder has
/// none.
constexpr const char* kResultsFile = "runs.jsonl";

/// Throws Error: kNotWritable, kDiskFull.
void write_result(const std::filesystem::path& file, const RunResult& result);

/// nullopt if there is no file, or one of another fingerprint. Throws Error(kUnreadable) for a damaged one.
std::optional<RunResult> read_result(const std::filesystem::path& file, const std::string& fingerprint);

/// By fingerprint.
using KnownResults = std::map<std::string, RunResult>;

/// Lines of kResultsFile.
std::string results_text(const KnownResults& results);

/// None if there is no file. Throws Error(kUnreadable) for a damaged one, naming the line.
KnownResults read_results(const std::filesystem::path& file);

/// The scores of a report.json. Throws Error(kUnreadable).
eval::Scores headline_of(const std::filesystem::path& report);

/// What the same report says of a predictor that always names the most frequent class.
eval::Scores most_frequent_class_of(const std::filesystem::path& report);

/// The scores on the held-out part after the last update, from a run's log; none if nothing was held out.
/// Throws Error(kUnreadable).
eval::Scores held_out_scores(const std::filesystem::path& log);

/// Seconds that the updates of a run took, from its log: the median over the logged paces times the number of
/// updates, which a busy minute or an interruption does not change much. Throws Error(kUnreadable).
double training_seconds(const std::filesystem::path& log, std::int64_t iterations);

}  // namespace relprompt::experiments
