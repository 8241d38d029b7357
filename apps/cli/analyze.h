// The kinds of relprompt analyze, a file each; analyze_command.cpp lists them.
#pragma once

#include "commands.h"

namespace relprompt::cli {

Command add_analyze_attention(CLI::App& analyze);
Command add_analyze_distance(CLI::App& analyze);
Command add_analyze_sheet(CLI::App& analyze);

}  // namespace relprompt::cli
