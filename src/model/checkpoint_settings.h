// Heads, activation and normalisation: what no tensor of a CLIP shows. Files state them, the user gives them,
// or they are assumed, which is then said. They are never guessed in silence: a wrong one makes wrong masks
// that look like masks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "relprompt/options.h"

#include "model/model_config.h"

namespace relprompt::model {

/// What somebody said about a CLIP; nullopt: nothing.
struct CheckpointSettings {
  std::optional<std::int64_t> heads, text_heads;
  std::optional<Activation> activation;
  std::optional<Normalisation> image;
};

/// Fills in what the config's towers lack, `stated` before what is usual, and says what was assumed: one
/// sentence, empty if nothing was. Throws Error(kBadModelConfig), naming the file and the flag, for a width
/// of which nobody knows the heads, and for stated heads that do not divide it.
std::string settle(const CheckpointSettings& stated, const std::string& path, ModelConfig& config);

/// The user's own words on top of what files say. Throws Error(kBadArgument) for heads that do not divide a
/// width and for an unknown activation.
CheckpointSettings with_options(CheckpointSettings stated, const TowerOptions& options,
                                const ClipConfig& sizes);

}  // namespace relprompt::model
