// The words of a config for choices, in the order of their enums: reading and writing use the same lists.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/run_config.h"

namespace relprompt::config {

inline const std::vector<std::string> kLossWords = {"sigmoid", "softmax"};
inline const std::vector<std::string> kDiceWords = {"plain", "squared"};
inline const std::vector<std::string> kBestWords = {"none", "held_out_seen", "validation_unseen"};
inline const std::vector<std::string> kBadSampleWords = {"stop", "skip"};
inline const std::vector<std::string> kPrecisionWords = {"fp32", "bf16"};
inline const std::vector<std::string> kNormalisationWords = {"model", "clip", "imagenet"};

/// The word of a value of an enum.
template <typename Enum>
const std::string& word_of(const std::vector<std::string>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

/// Every protocol's word.
std::vector<std::string> setting_words();

/// Throws Error(kBadArgument) for settings that are out of range or contradict each other. Messages begin
/// with `source`.
void check(const RunConfig& config, const std::string& source);

}  // namespace relprompt::config
