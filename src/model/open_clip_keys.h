// Which keys of open_clip_config.json keep a tower one of CLIP's, and which make something else of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace relprompt::model {

/// The file's objects that describe a model.
enum class OpenClipPart { kModel, kImageTower, kTextTower };

/// Throws Error(kBadModelConfig) that names the key for one that asks for what no tower here computes. Keys
/// that nobody here knows are noted: they may mean nothing, or much. where: names file and object.
void check_open_clip_keys(OpenClipPart part, const nlohmann::json& object, const std::string& where,
                          std::vector<std::string>& notes);

}  // namespace relprompt::model
