// relprompt help: the help of a command, as --help behind it, under the name by which people look for it.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/nearest_name.h"
#include "commands.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

const CLI::App& command_below(const CLI::App& parser, const std::string& wanted) {
  std::vector<std::string> names;
  for (const CLI::App* command : parser.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == wanted) return *command;
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  throw Error(ErrorCode::kBadArgument, fmt::format("no command {}{}", wanted, suggestion(wanted, names)),
              names.empty() ? "" : fmt::format("commands: {}", fmt::join(names, ", ")));
}

int run(const CLI::App& program, const std::vector<std::string>& path) {
  const CLI::App* parser = &program;
  std::string above;  // what stands before the command in its usage line
  for (const std::string& name : path) {
    above += (above.empty() ? "" : " ") + parser->get_name();
    parser = &command_below(*parser, name);
  }
  // Without a name the program's own help would be that of the command that was parsed: this one.
  print_result(parser == &program
                   ? program.get_formatter()->make_help(&program, "relprompt", CLI::AppFormatMode::Normal)
                   : parser->help(above));
  return 0;
}

}  // namespace

Command add_help(CLI::App& program) {
  const auto path = std::make_shared<std::vector<std::string>>();
  CLI::App* parser = program.add_subcommand("help", "Show the help of a command")->group("Commands");
  parser->add_option("COMMAND", *path, "name of the command, such as segment, or data check")
      ->option_text("...");
  parser->footer("Example:\n  relprompt help segment");
  return {parser, [&program, path] { return run(program, *path); }};
}

}  // namespace relprompt::cli
