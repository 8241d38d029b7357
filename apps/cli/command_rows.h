// The commands and options of the program as plain rows, read off its parser: what completion scripts and
// manual pages are made from, so that they never say anything that the parser does not.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace relprompt::cli {

/// An option, a switch or an argument.
struct OptionRow {
  std::vector<std::string> names;  ///< "-m", "--model"; empty for an argument
  std::string value;               ///< what follows, "MODEL"; empty for a switch
  std::string help;
  std::string group;               ///< heading in the help
  std::vector<std::string> words;  ///< all possible values, or usual ones; empty if any text may follow
};

struct CommandRow {
  std::string name;   ///< "segment", or "data check"; empty for the program itself
  std::string about;  ///< a line
  std::string footer;
  std::vector<OptionRow> arguments;
  std::vector<OptionRow> options;
  std::vector<std::string> commands;  ///< names of the commands below it
};

/// The program first, then every command in the order of its help, those below a command behind it.
std::vector<CommandRow> command_rows(const CLI::App& program);

/// The values that complete this option in a shell and stand in its manual. They are not checked here.
void suggest_words(CLI::Option& option, const std::vector<std::string>& words);

/// True if a file or folder may be the value.
bool takes_path(const OptionRow& row);

/// The help's first clause in at most `columns` columns, for lists.
std::string brief(const std::string& help, std::size_t columns);

}  // namespace relprompt::cli
