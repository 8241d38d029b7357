// Ids of images: what results are called below the output folder, so an id from a foreign file must stay in
// there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relprompt::shards {

/// Longest id, and longest part of one between slashes: endings such as .labels.png follow, and file systems
/// end names at 255 bytes.
constexpr std::size_t kMaxIdBytes = 1024, kMaxIdPartBytes = 200;

/// Why this is no id, as the end of a sentence: "holds a control character"; empty if it is one. An id is
/// a relative path in normal form, "street" or "north/street", without control characters and without names
/// that relprompt keeps for itself.
std::string problem_of_id(std::string_view id);

/// The name of a file without its folders and its last extension: "north/street.jpg" -> "street"; of a packed
/// tar without both: "000.tar.gz" -> "000".
std::string stem_of(std::string_view path);

}  // namespace relprompt::shards
