// Calibration (subtracting a number from the probability of seen classes) chosen on the validation part, so
// that methods are compared at the value that suits each of them and not at one that suits the first.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Scores of the validation part, or of the test set, with a calibration; nullopt if asked to stop.
using Measure = std::function<std::optional<eval::Scores>(double calibration, bool validation)>;

/// The candidate with the highest validation hIoU, the smallest of equal ones, and the test scores with it.
/// nullopt if `measure` was asked to stop.
std::optional<Calibrated> choose_calibration(const std::vector<double>& candidates, const Measure& measure);

}  // namespace relprompt::experiments
