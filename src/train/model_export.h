// A training run's result as a model that every command opens: the prompts, and a reference to their CLIP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "segmenter/model_files.h"
#include "segmenter/network.h"
#include "train/run_config.h"

namespace relprompt::train {

/// What a reader of the model should know of its training; becomes training.json.
struct TrainingFacts {
  std::string trained_on;        ///< data set and split, with the number of pictures
  std::string setting;           ///< eval::name_of(Setting)
  std::string checkpoint;        ///< eval::name_of(CheckpointRule)
  std::string checkpoint_score;  ///< for best: what chose it
  std::int64_t iterations = 0;   ///< done
  std::uint64_t seed = 0;
};

/// Writes config.json, prompts.safetensors and training.json into the folder, each replaced as a whole, the
/// prompts last. No time stamps; the only path is that of the CLIP, relative to the folder.
/// Throws Error: kNotWritable, kDiskFull.
void export_model(const std::filesystem::path& folder, const segmenter::Network& network,
                  const segmenter::ModelFiles& model, const TrainingFacts& facts);

/// Throws Error(kNotWritable) that names a file which export_model may not replace (base/own_files.h).
void require_exportable(const std::filesystem::path& folder);

/// The facts beside a model; defaults where there are none. Throws Error(kBadModelConfig) for a damaged file.
TrainingFacts read_training_facts(const std::filesystem::path& folder);

}  // namespace relprompt::train
