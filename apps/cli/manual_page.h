// Manual pages in the man macros of troff.
#pragma once

#include <string>
#include <vector>

#include "command_rows.h"

namespace relprompt::cli {

/// "relprompt-segment", without the section.
std::string manual_name(const std::string& command);

/// The page of one of the rows, by its name; the program itself has an empty one. Throws Error(kBadArgument).
std::string manual_page(const std::vector<CommandRow>& rows, const std::string& command);

}  // namespace relprompt::cli
