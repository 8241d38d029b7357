#include "completion_bash.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::cli {
namespace {

constexpr const char* kHead = R"(# Completion of relprompt in bash, made by `relprompt completion bash`.
_relprompt_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_relprompt_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
_relprompt() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" command="" i
  COMPREPLY=()
  # bash takes --name=value apart at the equals sign.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
)";

constexpr const char* kTail = R"(}
complete -F _relprompt relprompt
)";

std::string quoted(const std::vector<std::string>& words) {
  return fmt::format("'{}'", fmt::join(words, " "));
}

std::string pattern(const CommandRow& row, const OptionRow& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) patterns.push_back(fmt::format("'{} {}'", row.name, name));
  return fmt::format("{}", fmt::join(patterns, " | "));
}

/// Which command the words before the cursor have chosen.
std::string command_cases(const std::vector<CommandRow>& rows) {
  std::string text = "    case \"$command ${COMP_WORDS[i]}\" in\n";
  for (const CommandRow& row : rows) {
    for (const std::string& name : row.commands) {
      const std::string whole = row.name.empty() ? name : row.name + " " + name;
      text += fmt::format("      '{} {}') command='{}' ;;\n", row.name, name, whole);
    }
  }
  return text + "    esac\n  done\n";
}

/// What may stand behind an option that takes a value.
std::string value_cases(const std::vector<CommandRow>& rows) {
  std::string text = "  case \"$command $prev\" in\n";
  for (const CommandRow& row : rows) {
    for (const OptionRow& option : row.options) {
      if (option.value.empty()) continue;
      const std::string action = !option.words.empty() ? "_relprompt_words " + quoted(option.words)
                                 : takes_path(option)  ? "_relprompt_files"
                                                       : ":";
      text += fmt::format("    {}) {}; return ;;\n", pattern(row, option), action);
    }
  }
  return text + "  esac\n";
}

/// Options and commands, or files where the command takes arguments.
std::string word_cases(const std::vector<CommandRow>& rows) {
  std::string text = "  case \"$command\" in\n";
  for (const CommandRow& row : rows) {
    std::vector<std::string> names, others = row.commands;
    for (const OptionRow& option : row.options)
      names.insert(names.end(), option.names.begin(), option.names.end());
    bool files = false;
    for (const OptionRow& argument : row.arguments) {
      others.insert(others.end(), argument.words.begin(), argument.words.end());
      files = files || takes_path(argument);
    }
    const std::string rest = !others.empty() ? "_relprompt_words " + quoted(others)
                             : files         ? "_relprompt_files"
                                             : ":";
    text += fmt::format("    '{}') if [[ $cur == -* ]]; then _relprompt_words {}; else {}; fi ;;\n", row.name,
                        quoted(names), rest);
  }
  return text + "  esac\n";
}

}  // namespace

std::string bash_script(const std::vector<CommandRow>& rows) {
  return kHead + command_cases(rows) + value_cases(rows) + word_cases(rows) + kTail;
}

}  // namespace relprompt::cli
