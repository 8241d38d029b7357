// Names of models on the hub as people type them: ORG/NAME[@REVISION][:SUBFOLDER].
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relprompt::hub {

struct HubName {
  std::string repository;         ///< ORG/NAME
  std::string revision = "main";  ///< branch, tag, or commit of 40 hexadecimal digits
  std::string subfolder;          ///< of the repository, with '/' between folders; empty: its root

  /// As it was typed, without what is understood anyway.
  std::string text() const;
  /// The name of a file in the repository.
  std::string path_of(const std::string& file) const;
};

/// The parts of a name; nothing for a text that can only be a path: it begins with '/', './', '../' or '~',
/// has no or several '/' in front of the revision, or characters that the hub has in no name.
std::optional<HubName> parse_hub_name(std::string_view text);

/// Forty lower-case hexadecimal digits.
bool is_commit(std::string_view text);

/// True for a path of a repository that stays inside it and may be shown: no empty part, no '.' or '..', no
/// control character or backslash, at most 512 bytes.
bool is_safe_path(std::string_view path);

}  // namespace relprompt::hub
