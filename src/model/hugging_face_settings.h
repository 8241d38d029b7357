// What the JSON files of a Hugging Face folder state: heads, activation, normalisation, epsilon of the norms,
// and sizes that the tensors must have as well.
#pragma once

#include <filesystem>
#include <vector>

#include "model/checkpoint_settings.h"

namespace relprompt::model {

/// Reads config.json and preprocessor_config.json of the folder, as far as they are there. A key that
/// config.json leaves out has the default of the transformers library, which leaves it out for that reason.
/// The files that decide what is computed are appended. Throws Error(kBadModelConfig) that names the file and
/// the key.
CheckpointSettings read_hugging_face_settings(const std::filesystem::path& folder,
                                              std::vector<std::filesystem::path>& files);

}  // namespace relprompt::model
