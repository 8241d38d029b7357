// Calibration (subtracting a number from the probability of seen classes) chosen on the validation part, so
// that methods are compared at the value that suits each of them and not at one that suits the first.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "relprompt/training.h"

#include "config/run_config.h"
#include "evaluate/eval_run.h"
#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Scores with each calibration, in this order; nullopt if asked to stop.
using Sweep = std::optional<std::vector<eval::Scores>>;
/// Measures the validation part, or the test set.
using Measure = std::function<Sweep(const std::vector<double>& calibrations, bool validation)>;

/// The candidate with the highest validation hIoU, the smallest of equal ones, and the test scores with it.
/// nullopt if `measure` was asked to stop.
std::optional<Calibrated> choose_calibration(const std::vector<double>& candidates, const Measure& measure);

/// Scores of a model on the config's test set with each calibration. The network runs once for each image:
/// calibration only changes how labels are made of its scores. Throws as run_evaluation does.
Sweep sweep_calibrations(const config::RunConfig& config, const std::filesystem::path& model,
                         const std::vector<double>& calibrations, RunListener& listener,
                         const evaluate::ScorerFactory& scorer_of);

}  // namespace relprompt::experiments
