// Names of tars and of the members of WebDataset shards.
//
// Members that stand together and share a key are a sample: the key is the path up to the first dot of the
// file's name, the rest is what the member is of the sample ("north/0001.seg.png": "north/0001", "seg.png").
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tar/tar_table.h"

namespace relprompt::tar {

/// Longest name of a member.
constexpr std::size_t kMaxNameBytes = 1024;

struct MemberName {
  std::string key;        ///< the bytes of the name: results are joined by them
  std::string extension;  ///< lower case, without the dot before it
};

/// nullopt for what is of no sample: a name without a dot, one that begins with a dot, and the meta data that
/// WebDataset keeps under names such as __index__.
std::optional<MemberName> split_member(std::string_view name);

/// Why this name is refused, as the end of a sentence: "is absolute", "holds \"..\""; empty if it is not.
std::string problem_of_member(std::string_view name);

/// ".tar", ".tar.gz", ".tgz", ".tar.zst" or ".tzst", any case, as it stands at the end of a path; empty if
/// none does.
std::string_view tar_ending(std::string_view path);
/// How a tar of this ending is packed.
Packing packing_of(std::string_view ending);

}  // namespace relprompt::tar
