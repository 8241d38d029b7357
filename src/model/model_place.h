// The one way from what a user names to a path that is opened: a path, or a model of a hub.
#pragma once

#include <filesystem>

#include "hub/fetch.h"

namespace relprompt::model {

/// A path that exists, or that can be no hub's name, comes back as it is. Else the model's place in Hugging
/// Face's cache, fetched if it is not there; every blob of it that is named by its SHA-256 has that hash, and
/// one that has not is deleted. Throws Error: what hub::fetch_model throws, kWrongHash.
std::filesystem::path local_place(const std::filesystem::path& place, const hub::FetchRules& rules = {});

/// The same for a name alone, whatever paths there are, and asking the hub if `rules.refresh` says so.
/// Throws Error(kBadArgument) for what is no ORG/NAME[@REVISION][:SUBFOLDER].
hub::LocalModel pull(const std::string& name, const hub::FetchRules& rules);

}  // namespace relprompt::model
