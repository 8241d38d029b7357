#include "manual_page.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/nearest_name.h"

namespace relprompt::cli {
namespace {

/// Text in which troff finds no command: backslashes, hyphens that are to be copied, and lines that begin
/// with a control character.
std::string plain(const std::string& text) {
  std::string result;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    line_start = c == '\n';
    result += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
  }
  return result;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string entry(const OptionRow& row) {
  std::string names;
  for (const std::string& name : row.names)
    names += (names.empty() ? "" : ", ") + fmt::format("\\fB{}\\fR", plain(name));
  if (!row.value.empty()) names += (names.empty() ? "" : " ") + fmt::format("\\fI{}\\fR", plain(row.value));
  return fmt::format(".TP\n{}\n{}\n", names, plain(row.help));
}

std::string entries(const std::vector<OptionRow>& options) {
  std::string text, group;
  for (const OptionRow& option : options) {
    if (option.group != group && !option.group.empty() && option.group != "Options") {
      text += fmt::format(".SS {}\n", plain(option.group));
    }
    group = option.group;
    text += entry(option);
  }
  return text;
}

/// The footer of the help: its lines as they are, examples among them.
std::string notes(const std::string& footer) {
  if (footer.empty()) return "";
  return fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", plain(footer));
}

std::string synopsis(const CommandRow& row) {
  std::string text = ".SH SYNOPSIS\n.B relprompt" + (row.name.empty() ? "" : " " + row.name) + "\n";
  if (!row.commands.empty()) text += ".I COMMAND\n";
  text += "[\\fIOPTION\\fR]...\n";
  for (const OptionRow& argument : row.arguments)
    text += fmt::format("[\\fI{}\\fR]\n", plain(argument.value));
  return text;
}

std::string commands_of(const std::vector<CommandRow>& rows, const CommandRow& row) {
  if (row.commands.empty()) return "";
  std::string text = ".SH COMMANDS\n";
  for (const std::string& name : row.commands) {
    const std::string whole = row.name.empty() ? name : row.name + " " + name;
    for (const CommandRow& other : rows) {
      if (other.name != whole) continue;
      text += fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", plain(manual_name(whole)), plain(other.about));
    }
  }
  return text;
}

}  // namespace

std::string manual_name(const std::string& command) {
  std::string name = command.empty() ? "relprompt" : "relprompt-" + command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manual_page(const std::vector<CommandRow>& rows, const std::string& command) {
  std::vector<std::string> names;
  for (const CommandRow& row : rows) {
    if (!row.name.empty()) names.push_back(row.name);
    if (row.name != command) continue;
    std::string text =
        fmt::format(".TH \"{}\" 1 \"\" \"relprompt " RELPROMPT_VERSION "\" \"User commands\"\n",
                    upper(manual_name(command)));
    text += fmt::format(".SH NAME\n{} \\- {}\n", plain(manual_name(command)), plain(row.about));
    text += synopsis(row) + commands_of(rows, row);
    if (!row.arguments.empty()) text += ".SH ARGUMENTS\n" + entries(row.arguments);
    text += ".SH OPTIONS\n" + entries(row.options) + notes(row.footer);
    const std::string other = command.empty() ? "relprompt-segment" : "relprompt";
    return text + fmt::format(".SH SEE ALSO\n.BR {} (1)\n", plain(other));
  }
  throw Error(ErrorCode::kBadArgument, fmt::format("no command {}{}", command, suggestion(command, names)),
              "`relprompt --help` shows them");
}

}  // namespace relprompt::cli
