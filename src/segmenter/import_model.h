// Turning a foreign checkpoint into a model folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/model.h"

namespace relprompt::segmenter {

/// See relprompt::import_model. Tensors keep the source's number type; names, stacking and transposition
/// become ours.
std::vector<std::string> import_checkpoint(const std::filesystem::path& source,
                                           const std::filesystem::path& target, const ImportOptions& options);

}  // namespace relprompt::segmenter
