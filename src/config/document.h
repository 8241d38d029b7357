// A config file as a value, with the changes that the command line asks for, before anyone reads its
// sections.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace relprompt::config {

/// The keys of a config at its top level. Commands that need only some of them still refuse all others.
const std::vector<std::string>& sections();

/// Applies "a.b.c=VALUE": VALUE, in YAML, replaces what the document has there; maps on the way are made
/// where there are none. An empty VALUE or null gives the key its default back. Throws Error(kBadArgument)
/// for an assignment without "=" or with an empty key, a path through a value that is no map, and broken
/// YAML.
void assign(nlohmann::json& document, const std::string& assignment);

/// A config's text with assignments applied in their order; always a map. `source` is what messages call it.
/// Throws Error(kBadArgument), see parse_yaml and assign.
nlohmann::json parse_document(const std::string& yaml, const std::string& source,
                              const std::vector<std::string>& assignments = {});

/// The same from a file. Throws also Error(kNotFound), Error(kUnreadable).
nlohmann::json read_document(const std::filesystem::path& path,
                             const std::vector<std::string>& assignments = {});

}  // namespace relprompt::config
