#include "experiments/fingerprint.h"

#include "base/hash.h"
#include "base/json_output.h"
#include "model/prompt_check.h"
#include "train/run_identity.h"

namespace relprompt::experiments {
namespace {

/// Raised when the same settings give other numbers than an older program gave.
constexpr const char* kVersion = "relprompt experiments 1";

}  // namespace

Images images_of(const WorldSpec& world) {
  return {world::as_json(world.training_set()), world::as_json(world.test_set())};
}

Images images_of(const std::string& sha256, const config::RunConfig& config) {
  return {"data set " + sha256, json_text(config::to_json(config.data))};
}

std::string fingerprint_of(const config::RunConfig& config, bool trained, const Images& images,
                           const std::string& clip) {
  config::RunConfig measured;
  measured.setting = config.setting;
  measured.normalisation = config.normalisation;
  measured.text = config.text;
  measured.class_names = config.class_names;
  measured.join_words = config.join_words;
  measured.head = config.head;
  measured.resclip = config.resclip;
  measured.data.unseen = config.data.unseen;
  measured.test = config.test;
  measured.test.save_every = config::TestOptions().save_every;
  std::string origin = "training-free ";
  if (trained) {
    origin = train::identity_of(config, clip);
  } else if (model::trains_nothing(config.model)) {
    origin = "training-free head ";
    measured.model = config.model;
    measured.loss.kind = config.loss.kind;  // the scores are of its kind
  }
  if (!trained) origin += clip;
  std::vector<std::string> parts = {kVersion, origin, config::to_yaml(measured)};
  parts.insert(parts.end(), images.begin(), images.end());
  Sha256 digest;
  for (const auto& part : parts) {
    digest.update(std::to_string(part.size()) + ":");
    digest.update(part);
  }
  return digest.hex();
}

}  // namespace relprompt::experiments
