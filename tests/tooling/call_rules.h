// Calls that the sources may not make, because one place makes them for all: parsing JSON (base/json_read.h)
// and asking the file system in the forms that throw (base/paths.h). Standard library only, as
// include_rules.h.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relprompt::tooling {

/// What is wrong in one line of a source file, a sentence each; empty if nothing is.
std::vector<std::string> forbidden_calls(std::string_view line);

/// "path:line: sentence" for all of src/ and apps/ below root; the files that wrap these calls are left out.
/// @param files receives how many were read
std::vector<std::string> check_calls(const std::filesystem::path& root, int& files);

}  // namespace relprompt::tooling
