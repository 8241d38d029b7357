#include "completion_zsh.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::cli {
namespace {

constexpr std::size_t kHelpColumns = 70;

/// Text between single quotes in which _arguments and _describe find no mark of theirs.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
      continue;
    }
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string action(const OptionRow& row) {
  if (!row.words.empty()) return fmt::format("({})", fmt::join(row.words, " "));
  return takes_path(row) ? "_files" : " ";
}

std::string function_name(const CommandRow& row) {
  std::string name = "_relprompt_" + row.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  std::replace(name.begin(), name.end(), '-', '_');
  return row.name.empty() ? "_relprompt" : name;
}

std::string option_lines(const CommandRow& row) {
  std::string text;
  for (const OptionRow& option : row.options) {
    const std::string value =
        option.value.empty() ? "" : fmt::format(":{}:{}", escaped(option.value), action(option));
    for (const std::string& name : option.names) {
      const std::string end = option.value.empty() ? "" : name.compare(0, 2, "--") == 0 ? "=" : "+";
      text +=
          fmt::format("    '{}{}[{}]{}' \\\n", name, end, escaped(brief(option.help, kHelpColumns)), value);
    }
  }
  for (const OptionRow& argument : row.arguments) {
    const bool many = argument.value.size() > 3 && argument.value.substr(argument.value.size() - 3) == "...";
    text += fmt::format("    '{}:{}:{}' \\\n", many ? "*" : "", escaped(argument.value), action(argument));
  }
  return text;
}

/// A function a command; those with commands below describe them and hand on.
std::string function_of(const CommandRow& row, const std::vector<CommandRow>& rows) {
  std::string text = function_name(row) + "() {\n";
  if (row.commands.empty())
    return text + "  _arguments -s -S \\\n" + option_lines(row) + "    && return\n}\n";
  text += "  local curcontext=\"$curcontext\" state line\n  local -a commands\n  commands=(\n";
  std::string calls;
  for (const CommandRow& other : rows) {
    const std::string prefix = row.name.empty() ? "" : row.name + " ";
    const std::string last = other.name.substr(std::min(prefix.size(), other.name.size()));
    const bool below = other.name == prefix + last &&
                       std::find(row.commands.begin(), row.commands.end(), last) != row.commands.end();
    if (!below) continue;
    text += fmt::format("    '{}:{}'\n", last, escaped(brief(other.about, kHelpColumns)));
    calls += fmt::format("        {}) {} ;;\n", last, function_name(other));
  }
  text += "  )\n  _arguments -C \\\n" + option_lines(row) + "    '1: :->command' '*::arg:->rest' && return\n";
  text +=
      "  case $state in\n    command) _describe -t commands command commands ;;\n    rest)\n      case "
      "$words[1] in\n";
  return text + calls + "      esac ;;\n  esac\n}\n";
}

}  // namespace

std::string zsh_script(const std::vector<CommandRow>& rows) {
  std::string text =
      "#compdef relprompt\n# Completion of relprompt in zsh, made by `relprompt completion zsh`.\n";
  for (const CommandRow& row : rows) text += function_of(row, rows);
  return text +
         "if [ \"$funcstack[1]\" = \"_relprompt\" ]; then _relprompt \"$@\"; else compdef _relprompt "
         "relprompt; fi\n";
}

}  // namespace relprompt::cli
