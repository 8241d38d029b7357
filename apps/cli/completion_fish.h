// The completion script of fish.
#pragma once

#include <string>
#include <vector>

#include "command_rows.h"

namespace relprompt::cli {

std::string fish_script(const std::vector<CommandRow>& rows);

}  // namespace relprompt::cli
