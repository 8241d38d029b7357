// Heads, activation and normalisation: what no tensor of a CLIP shows. Files state them, the user gives them,
// or they are assumed, which is then said. They are never guessed in silence: a wrong one makes wrong masks
// that look like masks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/options.h"

#include "model/model_config.h"
#include "model/stated_sizes.h"

namespace relprompt::model {

/// What somebody said about a CLIP; nullopt: nothing.
struct CheckpointSettings {
  std::optional<std::int64_t> heads, text_heads;
  std::optional<Activation> activation;
  std::optional<Normalisation> image;
  /// Of the towers' norms; nullopt: CLIP's own, which needs no words.
  std::optional<float> norm_epsilon = {}, text_norm_epsilon = {};
  std::vector<StatedSize> sizes = {};   ///< that the tensors must have
  std::vector<std::string> notes = {};  ///< what the user should know, one sentence each
};

/// Fills in what the config's towers lack, `stated` before what is usual, and says what was assumed: one
/// sentence, empty if nothing was. Throws Error(kBadModelConfig), naming the file and the flag, for a width
/// of which nobody knows the heads, for stated heads that do not divide it, and for stated sizes that the
/// config, read from the tensors, does not have.
std::string settle(const CheckpointSettings& stated, const std::string& path, ModelConfig& config);

/// The user's own words on top of what files say. Throws Error(kBadArgument) for heads that do not divide a
/// width and for an unknown activation.
CheckpointSettings with_options(CheckpointSettings stated, const TowerOptions& options,
                                const ClipConfig& sizes);

}  // namespace relprompt::model
