// The layering rules as code: reads the table of allowed edges and names every line of the sources that
// breaks it. Standard library only, so that the check runs wherever the project compiles.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace relprompt::tooling {

/// Longest file allowed, and the length from which a file is mentioned, in lines.
constexpr int kMaxLines = 500;
constexpr int kLongLines = 250;

/// area -> what it may include beside itself and the public headers.
using EdgeTable = std::map<std::string, std::set<std::string>, std::less<>>;

/// Parses the text of scripts/include_edges.txt. Throws std::runtime_error that names the line: no colon, an
/// area that is listed twice, or one that names itself or an area not listed above it.
EdgeTable parse_edges(std::string_view text);

/// What is wrong in a source tree, one "path:line: sentence" each.
struct Findings {
  std::vector<std::string> violations;
  std::vector<std::string> warnings;
  int files = 0;     ///< source files read
  int includes = 0;  ///< include directives judged
};

/// Walks src/, apps/ and include/ below root.
Findings check_tree(const std::filesystem::path& root, const EdgeTable& edges);

}  // namespace relprompt::tooling
