#include "experiments/calibration_choice.h"

#include <algorithm>

namespace relprompt::experiments {

std::optional<Calibrated> choose_calibration(const std::vector<double>& candidates, const Measure& measure) {
  Calibrated calibrated;
  calibrated.candidates = candidates;
  for (const double candidate : candidates) {
    const auto scores = measure(candidate, /*validation=*/true);
    if (!scores) return std::nullopt;
    calibrated.validation_hiou.push_back(scores->hiou.value_or(0));
  }
  const auto& all = calibrated.validation_hiou;
  const auto best = std::max_element(all.begin(), all.end()) - all.begin();  // the first of equal ones
  calibrated.chosen = candidates[static_cast<std::size_t>(best)];
  const auto scores = measure(calibrated.chosen, /*validation=*/false);
  if (!scores) return std::nullopt;
  calibrated.test = *scores;
  return calibrated;
}

}  // namespace relprompt::experiments
