#include "completion_fish.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::cli {
namespace {

constexpr std::size_t kHelpColumns = 70;

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

/// When the words before the cursor have chosen this command.
std::string condition(const CommandRow& row) {
  if (row.name.empty()) return "__fish_use_subcommand";
  const std::size_t blank = row.name.find(' ');
  if (blank == std::string::npos) return "__fish_seen_subcommand_from " + row.name;
  return fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                     row.name.substr(0, blank), row.name.substr(blank + 1));
}

std::string option_line(const CommandRow& row, const OptionRow& option) {
  std::string line = "complete -c relprompt -n " + quoted(condition(row));
  for (const std::string& name : option.names) {
    line += name.compare(0, 2, "--") == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty()) line += takes_path(option) && option.words.empty() ? " -r -F" : " -x";
  if (!option.words.empty()) line += " -a " + quoted(fmt::format("{}", fmt::join(option.words, " ")));
  return line + " -d " + quoted(brief(option.help, kHelpColumns)) + "\n";
}

}  // namespace

std::string fish_script(const std::vector<CommandRow>& rows) {
  std::string text = "# Completion of relprompt in fish, made by `relprompt completion fish`.\n";
  for (const CommandRow& row : rows) {
    for (const std::string& name : row.commands) {
      const std::string whole = row.name.empty() ? name : row.name + " " + name;
      std::string about;
      for (const CommandRow& other : rows) {
        if (other.name == whole) about = other.about;
      }
      text += fmt::format("complete -c relprompt -f -n {} -a {} -d {}\n", quoted(condition(row)), name,
                          quoted(brief(about, kHelpColumns)));
    }
    for (const OptionRow& argument : row.arguments) {
      if (argument.words.empty()) continue;
      text += fmt::format("complete -c relprompt -f -n {} -a {}\n", quoted(condition(row)),
                          quoted(fmt::format("{}", fmt::join(argument.words, " "))));
    }
    for (const OptionRow& option : row.options) text += option_line(row, option);
  }
  return text;
}

}  // namespace relprompt::cli
