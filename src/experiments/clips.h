// The CLIPs of a suite: folders that are there, and those that the suite pretrains itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "relprompt/training.h"

#include "experiments/suite.h"
#include "model/clip_config.h"
#include "train/pretrain_config.h"

namespace relprompt::experiments {

class Clip {
 public:
  /// Opens the folder, or reads the config; regimes with equal recipes share one folder below `work`.
  /// Throws Error: kBadArgument for a broken config or a CLIP that is no model folder, kNotFound, codes of
  /// exit status 4 for a damaged model.
  Clip(const ClipSpec& spec, const std::filesystem::path& work);

  const std::filesystem::path& folder() const { return folder_; }
  const model::VisionConfig& vision() const { return vision_; }
  /// Where it comes from, for reports.
  const std::string& origin() const { return origin_; }
  /// Stands for the CLIP before it is there.
  const std::string& recipe() const { return recipe_; }

  /// False for one that is still to be pretrained.
  bool ready() const;
  /// SHA-256 of its tensors' file; only when ready.
  const std::string& hash() const;
  /// Pretrains it if needed, or goes on with that; false if the listener asked to stop.
  bool prepare(int threads, RunListener& listener);

 private:
  std::filesystem::path folder_;
  std::optional<train::PretrainConfig> pretraining_;
  model::VisionConfig vision_;
  std::string origin_, recipe_;
  mutable std::string hash_;
};

}  // namespace relprompt::experiments
