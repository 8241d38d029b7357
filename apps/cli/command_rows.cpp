#include "command_rows.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

// A validator that lets everything pass carries the words: the one place that the parser offers for them.
constexpr const char* kWords = "words";

std::vector<std::string> words_of(CLI::Option& option) {
  try {
    return split_list(option.get_validator(kWords)->get_description());
  } catch (const CLI::OptionNotFound&) {
    return {};
  }
}

OptionRow row_of(CLI::Option& option) {
  OptionRow row;
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  const bool is_switch = option.get_items_expected_max() == 0;
  if (!is_switch) row.value = CLI::detail::trim_copy(option.get_option_text());
  if (!is_switch && (row.value.empty() || row.value == "...")) {
    const bool many = row.value == "...";
    row.value = option.get_positional() ? option.get_name(true, false) : "VALUE";
    if (many) row.value += "...";
  }
  row.help = option.get_description();
  row.group = option.get_group();
  row.words = words_of(option);
  return row;
}

void add_rows(const CLI::App& parser, const std::string& name, std::vector<CommandRow>& rows) {
  CommandRow row;
  row.name = name;
  row.about = parser.get_description();
  row.footer = parser.get_footer();
  const auto below = parser.get_subcommands([](const CLI::App* app) { return !app->get_group().empty(); });
  for (const CLI::App* command : below) row.commands.push_back(command->get_name());
  // The parser hands out its options to be changed even if nobody wants that.
  for (const CLI::Option* option : parser.get_options()) {
    if (option->get_group().empty()) continue;  // hidden from the help too
    auto& list = option->get_lnames().empty() && option->get_snames().empty() ? row.arguments : row.options;
    list.push_back(row_of(const_cast<CLI::Option&>(*option)));
  }
  rows.push_back(std::move(row));
  for (const CLI::App* command : below) {
    add_rows(*command, name.empty() ? command->get_name() : name + " " + command->get_name(), rows);
  }
}

}  // namespace

std::vector<CommandRow> command_rows(const CLI::App& program) {
  std::vector<CommandRow> rows;
  add_rows(program, "", rows);
  return rows;
}

void suggest_words(CLI::Option& option, const std::vector<std::string>& words) {
  CLI::Validator all([](const std::string&) { return std::string(); },
                     fmt::format("{}", fmt::join(words, ",")), kWords);
  option.check(std::move(all));
}

bool takes_path(const OptionRow& row) {
  static const std::vector<std::string> kinds = {"FILE",       "PATH",   "DIR",      "MODEL",
                                                 "CONFIG",     "SOURCE", "INPUT...", "IMAGE",
                                                 "CHECKPOINT", "WORLD",  "OUT",      "SHARD..."};
  return std::find(kinds.begin(), kinds.end(), row.value) != kinds.end();
}

std::string brief(const std::string& help, std::size_t columns) {
  return fit(help.substr(0, help.find_first_of(";:([")), static_cast<int>(columns));
}

}  // namespace relprompt::cli
