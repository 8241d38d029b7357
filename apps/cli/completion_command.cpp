// relprompt completion and relprompt manual: what shells and `man` read, made from the parser itself.
#include <memory>
#include <string>

#include "relprompt/error.h"

#include "command_rows.h"
#include "commands.h"
#include "manual_page.h"
#include "shell_completion.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

int print_script(const CLI::App& program, const std::string& shell) {
  if (shell.empty()) throw Error(ErrorCode::kBadArgument, "no shell is given", "relprompt completion bash");
  require_one_of("SHELL", shell, completion_shells());
  print_result(completion_script(shell, command_rows(program)));
  return 0;
}

int print_manual(const CLI::App& program, const std::string& command, bool list) {
  const auto rows = command_rows(program);
  std::string names;
  for (const CommandRow& row : rows) names += row.name + "\n";
  print_result(list ? names : manual_page(rows, command));
  return 0;
}

}  // namespace

Command add_completion(CLI::App& program) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* parser =
      program.add_subcommand("completion", "Print the completion script of a shell")->group("Commands");
  suggest_words(*parser->add_option("SHELL", *shell, "bash, zsh or fish"), completion_shells());
  parser->footer(
      "An installed relprompt has all three where the shells look for them. Otherwise, for this shell "
      "alone:\n"
      "\n"
      "Example:\n"
      "  source <(relprompt completion bash)");
  return {parser, [&program, shell] { return print_script(program, *shell); }};
}

Command add_manual(CLI::App& program) {
  const auto command = std::make_shared<std::string>();
  const auto list = std::make_shared<bool>(false);
  CLI::App* parser =
      program.add_subcommand("manual", "Print the manual page of a command")->group("Commands");
  parser->add_option("COMMAND", *command, "a command, such as segment [default: the program itself]");
  parser->add_flag("--list", *list,
                   "print the names of all commands instead, a line each; the program's own is empty");
  parser->footer("Example:\n  relprompt manual segment | man -l -");
  return {parser, [&program, command, list] { return print_manual(program, *command, *list); }};
}

}  // namespace relprompt::cli
