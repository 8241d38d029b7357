// The completion script of bash.
#pragma once

#include <string>
#include <vector>

#include "command_rows.h"

namespace relprompt::cli {

std::string bash_script(const std::vector<CommandRow>& rows);

}  // namespace relprompt::cli
