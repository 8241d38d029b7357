// What a user probably means by a place where there is no model.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt::model {

/// The name on the Hugging Face hub of what "ViT-B/16", "clip-vit-base-patch16" and their like mean; empty if
/// the name is none of those.
std::string hub_name_meant(const std::string& name);

/// Throws Error(kModelNotFound) if this is the folder of a training run, whose models lie in `best` and
/// `last`.
void refuse_run_folder(const std::filesystem::path& folder);

}  // namespace relprompt::model
