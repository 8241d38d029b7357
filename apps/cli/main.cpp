// The program: finds the subcommand, runs it and turns every way of failing into a message and an exit
// status.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/bus_error.h"
#include "base/notes.h"
#include "base/process_state.h"
#include "commands.h"
#include "defaults.h"
#include "interrupt.h"
#include "terminal.h"
#include "usage.h"

/// The library's objects of the process (src/api/process_link.cpp), which the program's own copy of base uses
/// as well.
extern "C" relprompt::ProcessState* relprompt_process_state();

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "A first session:\n"
    "  relprompt segment street.jpg --model openai/clip-vit-base-patch16 --classes \"road, sky, "
    "car;vehicle\" -o out\n"
    "\n"
    "`relprompt help COMMAND` explains a command. Its first example runs as it stands in the project's own "
    "folder.\n"
    "\n"
    "Exit status: 0 done; 2 command line, class list or template; 3 image or output; 4 model file;\n"
    "5 device, memory, network, lost worker or diverged training; 70 a bug; 130 interrupted.\n"
    "\n"
    "Environment: RELPROMPT_MODEL is the --model of every command that is given none. XDG_CACHE_HOME holds\n"
    "relprompt/ with text embeddings and packed weights (default ~/.cache); RELPROMPT_PACK_CACHE=off packs\n"
    "weights in memory instead. Models of the Hugging Face hub lie in Hugging Face's own cache: `relprompt "
    "pull\n"
    "--help` names its variables.\n"
    "\n"
    "Defaults of options: relprompt/config.yaml in XDG_CONFIG_HOME (default ~/.config), or the file that\n"
    "RELPROMPT_CONFIG names, with lines such as `precision: int8`; below the name of a command for it alone.";

/// CLI11 takes any argument in square brackets for a list, also one that is a path.
std::vector<std::string> protect_bracketed_paths(int count, char** words) {
  std::vector<std::string> result(words + 1, words + count);
  for (std::string& word : result) {
    std::error_code ignored;
    const bool bracketed = word.size() > 1 && word.front() == '[' && word.back() == ']';
    if (bracketed && std::filesystem::exists(word, ignored)) word.insert(0, "./");
  }
  return {result.rbegin(), result.rend()};  // CLI11 wants them reversed
}

int run_program(int argument_count, char** arguments) {
  CLI::App program("Labels every pixel of an image with class names that you choose.", "relprompt");
  program.formatter(std::make_shared<HelpFormatter>());
  program.set_help_flag("-h,--help", "show this help and end");
  program.set_version_flag("--version", "relprompt " RELPROMPT_VERSION, "show the version and end");
  program.require_subcommand(0, 1);
  program.footer(kFooter);
  const std::vector<Command> commands = {
      add_import(program),      add_segment(program), add_raster(program), add_video(program),
      add_info(program),        add_classes(program), add_init(program),   add_train(program),
      add_eval(program),        add_data(program),    add_world(program),  add_pretrain(program),
      add_experiments(program), add_analyze(program), add_bench(program),  add_quantize(program),
      add_merge(program),       add_pull(program),    add_serve(program),  add_help(program),
      add_completion(program),  add_manual(program)};
  try {
    program.parse(protect_bracketed_paths(argument_count, arguments));
  } catch (const CLI::Success& request) {  // --help or --version
    return program.exit(request);
  } catch (const CLI::ParseError& problem) {
    throw explain(program, problem);
  }
  refuse_output_stream(program);
  const std::string defaults = apply_defaults(program);
  if (!defaults.empty() && !is_quiet(program)) {
    print_note(fmt::format("defaults from {}: {}", defaults_file().string(), defaults));
  }
  for (const Command& command : commands) {
    if (!command.parser->parsed()) continue;
    if (!command.stops_from_start) answer_signals();
    return command.run();
  }
  throw Error(ErrorCode::kBadArgument, "no command is given", "`relprompt --help` shows them");
}

int guarded(int argument_count, char** arguments) {
  set_note_listener([](const std::string& text) { print_warning(text); });
  try {
    return run_program(argument_count, arguments);
  } catch (const Error& error) {
    print_error(error.what());
    return exit_status(error.code());
  } catch (const BrokenPipe&) {
    return 128 + SIGPIPE;
  } catch (const std::bad_alloc&) {
    print_error(
        "not enough memory\n  close other programs, or use a smaller image, --batch 1 or fewer classes");
    return exit_status(ErrorCode::kOutOfMemory);
  } catch (const std::exception& error) {
    print_error(std::string(error.what()) +
                "\n  this is a bug in relprompt; please report it with the command");
    return exit_status(ErrorCode::kInternal);
  }
}

/// Ends without the destructors of global objects: LibTorch's take 65 ms, and all of ours have run. Streams
/// are written out; those with results have been checked before (print_result).
[[noreturn]] void leave(int status) {
  std::fflush(nullptr);
#ifdef RELPROMPT_COVERAGE
  std::exit(status);  // counters are written by such a destructor
#else
  std::_Exit(status);
#endif
}

}  // namespace
}  // namespace relprompt::cli

// Run by the loader before the libraries' own initialisation, because some start threads there (OpenBLAS does
// in some builds).
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const block_signals_first)() = relprompt::cli::block_signals;

int main(int argument_count, char** arguments) {
  relprompt::adopt_process_state(relprompt_process_state());
  relprompt::answer_bus_errors();
  // A file size limit then fails the write, with a message, instead of killing the program.
  std::signal(SIGXFSZ, SIG_IGN);
  relprompt::cli::leave(relprompt::cli::guarded(argument_count, arguments));
}
