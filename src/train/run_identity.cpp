#include "train/run_identity.h"

#include "base/hash.h"

namespace relprompt::train {

std::string identity_of(const config::RunConfig& config, const std::string& clip_sha256) {
  const config::RunConfig defaults;
  config::RunConfig deciding = config;
  deciding.name = defaults.name;
  deciding.paths = defaults.paths;
  deciding.threads = defaults.threads;
  deciding.device = defaults.device;
  deciding.test = defaults.test;
  deciding.data.test.reset();
  if (deciding.data.train) deciding.data.train->root.clear();
  auto& train = deciding.train;
  train.loader_threads = defaults.train.loader_threads;
  train.log_every = defaults.train.log_every;
  train.checkpoint_every = defaults.train.checkpoint_every;
  train.evaluate_every = defaults.train.evaluate_every;
  train.evaluate_samples = defaults.train.evaluate_samples;
  train.sheet_samples = defaults.train.sheet_samples;
  Sha256 digest;
  digest.update(to_yaml(deciding));
  digest.update(clip_sha256);
  return digest.hex();
}

std::vector<std::string> identities_of(const config::RunConfig& config, const std::string& clip_sha256) {
  std::vector<std::string> identities = {identity_of(config, clip_sha256)};
  config::RunConfig before = config;
  while (!before.train.extended_from.empty()) {
    before.train.schedule.iterations = before.train.extended_from.back();
    before.train.extended_from.pop_back();
    identities.push_back(identity_of(before, clip_sha256));
  }
  return identities;
}

}  // namespace relprompt::train
