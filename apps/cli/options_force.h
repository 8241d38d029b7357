// --force, the same for every command that writes what an earlier one may have written.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace relprompt::cli {

/// `what` is replaced, such as "a model"; the rule itself is base/own_files.h's.
void add_force(CLI::App& command, bool& force, const std::string& what, const std::string& group = "");

}  // namespace relprompt::cli
