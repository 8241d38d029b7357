// relprompt classes: the built-in class lists. One list prints as a class file, so that its output can be
// edited and given to --class-file.
#include "relprompt/classes.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "command_rows.h"
#include "commands.h"
#include "json_report.h"
#include "numbers.h"
#include "terminal.h"
#include "text/class_line.h"

namespace relprompt::cli {
namespace {

struct ClassesArguments {
  std::string name;
  bool list = false;
  bool json = false;
};

std::string split_text(const ClassList& classes) {
  if (classes.seen.empty()) return "no split";
  const auto seen = std::count(classes.seen.begin(), classes.seen.end(), true);
  return fmt::format("{} seen, {} unseen", seen, classes.size() - static_cast<std::size_t>(seen));
}

std::string listing() {
  std::string text;
  for (const Vocabulary& entry : vocabularies()) {
    text += fmt::format("{}{:>4} classes  {}{}\n", pad(entry.name, 16), entry.classes.size(),
                        pad(split_text(entry.classes), 22), entry.description);
  }
  return text;
}

std::string class_file_of(const Vocabulary& entry) {
  int columns = 0;
  std::vector<std::string> lines;
  for (const auto& names : entry.classes.names) {
    lines.push_back(text::class_line(names));
    columns = std::max(columns, display_width(lines.back()));
  }
  std::string text = fmt::format("# {}: {}\n", entry.name, entry.description);
  for (std::size_t label = 0; label < lines.size(); ++label) {
    const char* part = entry.classes.seen.empty() ? "" : entry.classes.seen[label] ? ", seen" : ", unseen";
    const bool titled = entry.classes.title(label) != entry.classes.names[label].front();
    const std::string title = titled ? " " + entry.classes.title(label) : "";
    text += fmt::format("{}  # {}{}{}\n", pad(lines[label], columns), label, title, part);
  }
  return text;
}

int run(const ClassesArguments& arguments) {
  if (arguments.name.empty() || arguments.list) {
    if (!arguments.name.empty()) {
      throw Error(ErrorCode::kBadArgument, "--list and a name exclude each other",
                  "relprompt classes --list, or relprompt classes " + arguments.name);
    }
    print_result(arguments.json ? to_text(json_of(vocabularies())) : listing());
    return 0;
  }
  const Vocabulary& entry = vocabulary(arguments.name);
  print_result(arguments.json ? to_text(json_of(entry)) : class_file_of(entry));
  return 0;
}

}  // namespace

Command add_classes(CLI::App& program) {
  const auto arguments = std::make_shared<ClassesArguments>();
  CLI::App* parser = program.add_subcommand("classes", "Show the built-in class lists")->group("Commands");
  std::vector<std::string> names;
  for (const Vocabulary& entry : vocabularies()) names.push_back(entry.name);
  CLI::Option* name =
      parser->add_option("NAME", arguments->name, "list to show, in the format of --class-file");
  name->option_text(" ");
  suggest_words(*name, names);
  parser->add_flag("--list", arguments->list, "names of all lists (also without any argument)");
  parser->add_flag("--json", arguments->json, "one JSON document instead of text");
  parser->footer(
      "Examples:\n"
      "  relprompt classes --list\n"
      "  relprompt classes context-59 > my-classes.txt");
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
