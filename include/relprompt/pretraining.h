// Pretraining a small CLIP of one's own on the synthetic world: the library side of `relprompt pretrain`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/training.h"

namespace relprompt {

/// What a config leaves open.
struct PretrainSettings {
  std::filesystem::path config;      ///< YAML file, see docs/guide/pretraining.md
  std::vector<std::string> changes;  ///< "phases.scenes.iterations=60": change keys, in this order
  std::filesystem::path output;      ///< folder of the run, which becomes the model
  std::optional<int> threads;        ///< absent: as the config says
  bool replace = false;              ///< the folder may hold an earlier run, see RunSettings::replace
};

/// Trains both towers from nothing. Afterwards the folder is a CLIP that every command takes as its model.
/// Equal configs and thread counts give equal bytes.
/// Throws Error: kBadArgument (config), kNotWritable, kDiskFull, kDiverged, kOutOfMemory.
RELPROMPT_API RunOutcome pretrain_clip(const PretrainSettings& settings, RunListener& listener);

/// Continues the run of a folder after its last checkpoint, or from the beginning if it has none. A run
/// that was interrupted at any moment and continued ends with the same bits as one that was not.
/// Throws as pretrain_clip; kNotFound if there is no run; codes of exit status 4 for a damaged checkpoint.
RELPROMPT_API RunOutcome resume_pretraining(const std::filesystem::path& folder, std::optional<int> threads,
                                            RunListener& listener);

}  // namespace relprompt
