// A training run's result as a model that every command opens: the prompts, and a reference to their CLIP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/run_config.h"
#include "evaluate/training_facts.h"
#include "model/model_files.h"
#include "network/network.h"

namespace relprompt::train {

/// Writes config.json, prompts.safetensors and training.json into the folder, each replaced as a whole, the
/// prompts last. No time stamps; the only path is that of the CLIP, relative to the folder.
/// Throws Error: kNotWritable, kDiskFull.
void export_model(const std::filesystem::path& folder, const network::Network& network,
                  const model::ModelFiles& model, const evaluate::TrainingFacts& facts);

/// Throws Error(kNotWritable) that names a file which export_model may not replace (base/own_files.h).
void require_exportable(const std::filesystem::path& folder);

}  // namespace relprompt::train
