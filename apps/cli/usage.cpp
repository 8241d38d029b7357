#include "usage.h"

#include <CLI/TypeTools.hpp>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.h"
#include "base/paths.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kNameColumns = 30;
constexpr std::size_t kLineColumns = 100;

/// The innermost subcommand that was being parsed, the program itself if none was.
const CLI::App& current_parser(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : current_parser(*chosen.back());
}

/// "relprompt data check".
std::string full_name(const CLI::App& parser) {
  const CLI::App* parent = parser.get_parent();
  return (parent == nullptr ? "" : full_name(*parent) + " ") + parser.get_name();
}

std::vector<std::string> command_names(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::App* command : parser.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string help_hint(const CLI::App& parser) {
  return fmt::format("`{} --help` shows what is possible", full_name(parser));
}

Error explain_leftovers(const CLI::App& parser) {
  const auto leftovers = parser.remaining(false);
  // An unknown option usually has a value behind it that is then left over too: the option is the culprit.
  std::string culprit = leftovers.empty() ? "" : leftovers.front();
  for (const std::string& word : leftovers) {
    if (word.size() > 1 && word.front() == '-') {
      culprit = word;
      break;
    }
  }
  const bool is_option = culprit.size() > 1 && culprit.front() == '-';
  const auto commands = command_names(parser);
  if (!is_option && !commands.empty()) {
    return Error(ErrorCode::kBadArgument,
                 fmt::format("unknown command: {}{}", culprit, suggestion(culprit, commands)),
                 fmt::format("commands: {}", fmt::join(commands, ", ")));
  }
  if (!is_option) {
    return Error(ErrorCode::kBadArgument, fmt::format("one argument too many: {}", culprit),
                 help_hint(parser));
  }
  if (path_exists(culprit)) {
    return Error(
        ErrorCode::kBadArgument,
        fmt::format("{} is taken for options because of its dash, and there is a file of that name", culprit),
        fmt::format("write ./{}", culprit));
  }
  const std::string name = culprit.substr(0, culprit.find('='));
  return Error(ErrorCode::kBadArgument,
               fmt::format("unknown option: {}{}", name, suggestion(name, option_names(parser))),
               help_hint(parser));
}

/// "--threads", or the name of an argument.
std::string shown_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? option.get_name(true, false) : "--" + option.get_lnames().front();
}

/// The option that has more values than it takes.
const CLI::Option* given_twice(const CLI::App& parser) {
  for (const CLI::Option* option : parser.get_options()) {
    const int most = option->get_items_expected_max();
    if (most > 0 && option->count() > static_cast<std::size_t>(most)) return option;
  }
  return nullptr;
}

const CLI::Option* option_called(const CLI::App& parser, const std::string& name) {
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& other : option->get_lnames()) {
      if (other == name) return option;
    }
  }
  return nullptr;
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kNameColumns);
  label("OPTIONS", "options");
  label("SUBCOMMAND", "COMMAND");
  label("Positionals", "Arguments");
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  std::istringstream words(option->get_description());
  std::string wrapped;
  std::size_t column = 0;
  for (std::string word; words >> word;) {
    if (column > 0 && column + 1 + word.size() > kLineColumns - kNameColumns) {
      wrapped += '\n';
      column = 0;
    }
    if (column > 0) wrapped += ' ';
    wrapped += word;
    column += word.size() + 1;
  }
  return wrapped;
}

std::string HelpFormatter::make_help(const CLI::App* parser, std::string name,
                                     CLI::AppFormatMode mode) const {
  std::string help = CLI::Formatter::make_help(parser, std::move(name), mode);
  help = CLI::detail::find_and_replace(help, "\nUsage:", "\n\nUsage:");
  return CLI::detail::find_and_replace(help, "\n\n\n", "\n\n");
}

Error explain(const CLI::App& program, const CLI::ParseError& problem) {
  const CLI::App& parser = current_parser(program);
  if (dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr) return explain_leftovers(parser);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&problem) != nullptr) {
    if (const CLI::Option* option = given_twice(parser)) {
      return Error(
          ErrorCode::kBadArgument,
          fmt::format("given twice: {} ({})", shown_name(*option), fmt::join(option->results(), ", ")),
          help_hint(parser));
    }
  }
  return Error(ErrorCode::kBadArgument, problem.what(), help_hint(parser));
}

void refuse_output_stream(const CLI::App& program) {
  const CLI::App& parser = current_parser(program);
  const CLI::Option* output = option_called(parser, "output");
  if (output == nullptr || output->results() != std::vector<std::string>{"-"}) return;
  throw Error(ErrorCode::kBadArgument,
              "--output -: the results are files and do not fit into the standard output",
              "name a folder; --json, where a command has it, prints its report there");
}

bool is_quiet(const CLI::App& program) {
  const CLI::Option* quiet = option_called(current_parser(program), "quiet");
  return quiet != nullptr && quiet->count() > 0;
}

CLI::Validator in_range(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && value >= low && value <= high) return "";
    return fmt::format("{} is not a number from {} to {}", text, low, high);
  };
  return CLI::Validator(check, "");
}

void require_one_of(const std::string& option, const std::string& value,
                    const std::vector<std::string>& allowed) {
  for (const std::string& word : allowed) {
    if (word == value) return;
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: unknown value \"{}\"{}", option, value, suggestion(value, allowed)),
              fmt::format("possible: {}", fmt::join(allowed, ", ")));
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> pieces;
  for (const std::string& piece : CLI::detail::split(text, ','))
    pieces.push_back(CLI::detail::trim_copy(piece));
  return pieces;
}

}  // namespace relprompt::cli
