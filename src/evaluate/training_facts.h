// What a trained model says of its training: training.json beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace relprompt::evaluate {

/// The file's name.
inline constexpr const char* kFactsName = "training.json";

/// What a reader of the model should know of its training; becomes training.json.
struct TrainingFacts {
  std::string trained_on;        ///< data set and split, with the number of images
  std::string setting;           ///< a word of eval::kSettingWords
  std::string checkpoint;        ///< a word of eval::kCheckpointWords
  std::string checkpoint_score;  ///< for best: what chose it
  std::int64_t iterations = 0;   ///< done
  std::uint64_t seed = 0;
};

/// The facts beside a model; defaults where there are none. Throws Error(kBadModelConfig) for a damaged file.
TrainingFacts read_training_facts(const std::filesystem::path& folder);

}  // namespace relprompt::evaluate
