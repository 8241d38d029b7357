// open_clip's weights in a folder from a hub, under the names that its library gives them. Those of Hugging
// Face's library are found by archive/tensor_archive.h.
#pragma once

#include <filesystem>

namespace relprompt::model {

/// The weights' file; empty where the folder has none. A repository may hold a model twice, and its
/// config.json may be a third library's, so open_clip's weights go before others where open_clip_config.json
/// says what they are, and behind them without it.
std::filesystem::path open_clip_weights_in(const std::filesystem::path& folder);

/// False only if there is nothing: whoever opens what cannot be looked at says why.
bool may_exist(const std::filesystem::path& file);

}  // namespace relprompt::model
