// What a user sets once and not on every command line: RELPROMPT_MODEL, and a file of defaults.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

namespace relprompt::cli {

/// The file of defaults: $RELPROMPT_CONFIG, or relprompt/config.yaml in $XDG_CONFIG_HOME or ~/.config. Empty
/// if RELPROMPT_CONFIG is empty or "off", or if there is no such folder.
std::filesystem::path defaults_file();

/// Gives the command that was parsed the values of options that its command line leaves out: --model from
/// RELPROMPT_MODEL, all others from the file of defaults, if it is there. In the file, a key is the long name
/// of an option and serves every command that has it; below the name of a command, that command alone, and
/// before the others. A run that is resumed with everything from its folder (train, pretrain) gets none.
/// @return what the file gave, "precision int8, threads 2", for a note; empty if it gave nothing
/// Throws Error(kBadArgument) that names the file and the key for one that no command has, one that belongs
/// to a single run (such as output), and a value that the option refuses; codes of exit status 3 for a file
/// that cannot be read.
std::string apply_defaults(CLI::App& program);

}  // namespace relprompt::cli
