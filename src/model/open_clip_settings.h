// What open_clip_config.json states, open_clip's file beside the weights of a model on a hub: heads,
// activation, normalisation, and sizes that the tensors must have as well.
#pragma once

#include <filesystem>
#include <optional>

#include "model/checkpoint_settings.h"

namespace relprompt::model {

inline constexpr const char* kOpenClipConfig = "open_clip_config.json";

/// A key that the file leaves out has the default of open_clip, which leaves it out for that reason. Throws
/// Error(kBadModelConfig), naming the file and the key, for values out of range and for towers that are none
/// of CLIP's: ResNets, towers of other libraries, other ways to pool or to normalise.
CheckpointSettings read_open_clip_settings(const std::filesystem::path& file);

}  // namespace relprompt::model
