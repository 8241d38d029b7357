// The completion script of zsh.
#pragma once

#include <string>
#include <vector>

#include "command_rows.h"

namespace relprompt::cli {

std::string zsh_script(const std::vector<CommandRow>& rows);

}  // namespace relprompt::cli
