#include "train/pretrain_config.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "relprompt/error.h"

#include "base/hash.h"
#include "train/schedule.h"

namespace relprompt::train {

PretrainConfig::PretrainConfig() {
  clip.vision = {8, 8, 128, 4, 2, 512};
  clip.text = {128, 2, 2, 512, 32, 0};
  clip.joint = 128;
  phases[0].name = "objects";
  phases[1].name = "scenes";
  phases[2].name = "crowds";
}

std::int64_t PretrainConfig::iterations() const {
  std::int64_t sum = 0;
  for (const auto& phase : phases) sum += phase.iterations;
  return sum;
}

PhasePlace place_of(const PretrainConfig& config, std::int64_t done) {
  for (const auto& phase : config.phases) {
    if (done < phase.iterations) return {&phase, done};
    done -= phase.iterations;
  }
  throw Error(ErrorCode::kInternal, "an iteration behind the last phase");
}

double pretrain_rate(const PretrainConfig& config, std::int64_t done) {
  constexpr double kPi = 3.14159265358979323846;
  const auto place = place_of(config, done);
  const double share = static_cast<double>(place.done) / static_cast<double>(place.phase->iterations);
  const double warm = static_cast<double>(place.done + 1) / static_cast<double>(config.warmup_iterations + 1);
  return place.phase->rate * std::min(1.0, warm) * 0.5 * (1 + std::cos(kPi * share));
}

std::vector<std::string> warm_up_warnings(const PretrainConfig& config) {
  std::vector<std::string> warnings;
  std::int64_t first = 0;
  for (const auto& phase : config.phases) {
    double highest = 0;
    for (std::int64_t done = 0; done < phase.iterations; ++done) {
      highest = std::max(highest, pretrain_rate(config, first + done));
    }
    first += phase.iterations;
    if (phase.iterations == 0 || phase.rate <= 0) continue;
    auto warning = warm_up_warning(highest / phase.rate, config.warmup_iterations, phase.iterations,
                                   "phase " + phase.name, "optimizer.warmup_iterations");
    if (!warning.empty()) warnings.push_back(std::move(warning));
  }
  return warnings;
}

std::string identity_of(const PretrainConfig& config) {
  const PretrainConfig defaults;
  PretrainConfig deciding = config;
  deciding.name = defaults.name;
  deciding.threads = defaults.threads;
  deciding.loader_threads = defaults.loader_threads;
  deciding.log_every = defaults.log_every;
  deciding.checkpoint_every = defaults.checkpoint_every;
  deciding.evaluate_every = defaults.evaluate_every;
  deciding.evaluate_scenes = defaults.evaluate_scenes;
  Sha256 digest;
  digest.update(to_yaml(deciding));
  return digest.hex();
}

}  // namespace relprompt::train
