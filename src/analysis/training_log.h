// Reading the log of a training run, log.jsonl: one JSON object a line. Lines whose "event" is "step" carry
// iteration, loss, "parts" of the loss and "rates" of the parameter groups; those of "evaluation" carry
// iteration and "scores". Other events are somebody else's.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "analysis/chart.h"

namespace relprompt::analysis {

/// Longest line of a log, in bytes; most names of one kind in it.
constexpr std::size_t kMaxLogLine = std::size_t{1} << 20, kMaxLogNames = 256;

/// x is the iteration. Where a run was resumed from an older checkpoint, its later line of an iteration
/// stands for the earlier one. JSON's null is NaN.
struct TrainingLog {
  Series loss;                 ///< named "total"
  std::vector<Series> parts;   ///< of the loss, by name
  std::vector<Series> rates;   ///< learning rates, by name of the parameter group
  std::vector<Series> scores;  ///< in percent: miou, miou_seen, miou_unseen, hiou, pacc, then others by name
};

/// A last line that has no end and makes no sense is left out: the run was killed while writing it, or is
/// writing it now.
/// Throws Error: kNotFound; kUnreadable, with the line's number, for anything else that is no such log.
TrainingLog read_training_log(const std::filesystem::path& path);

}  // namespace relprompt::analysis
