// Writing model folders: from a foreign checkpoint, and from any opened model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/model.h"

#include "model/int8_refinement.h"
#include "model/model_files.h"

namespace relprompt::model {

/// The opened model as a folder that needs no other file; model.config.int8 and the refinement are there both
/// or neither. half: tensors of 32 bits and more are stored in 16; replace: see ModelFolderWriter. Throws
/// Error: kBadArgument for numbers that half cannot hold, kNotWritable, kDiskFull.
void write_model(const ModelFiles& model, const std::optional<Int8Refinement>& refinement,
                 const std::filesystem::path& target, bool half, bool replace);

/// See relprompt::import_model. Tensors keep the source's number type; names, stacking and transposition
/// become ours.
std::vector<std::string> import_checkpoint(const std::filesystem::path& source,
                                           const std::filesystem::path& target, const ImportOptions& options);

}  // namespace relprompt::model
