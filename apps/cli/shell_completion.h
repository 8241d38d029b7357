// Completion scripts of shells.
#pragma once

#include <string>
#include <vector>

#include "command_rows.h"

namespace relprompt::cli {

/// Shells that there is a script for.
const std::vector<std::string>& completion_shells();

/// The script that completes `relprompt` in that shell, one of completion_shells().
std::string completion_script(const std::string& shell, const std::vector<CommandRow>& rows);

}  // namespace relprompt::cli
