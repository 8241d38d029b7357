// The list of subcommands. A new one is a file with an add_NAME function and a row in main.cpp.
#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace relprompt::cli {

/// A subcommand: its parser, and what to do once the command line is parsed.
struct Command {
  CLI::App* parser = nullptr;
  std::function<int()> run;  ///< returns the exit status; throws Error
  /// run() begins with stop_between_steps(): even the earliest interrupt leaves a run that can be resumed.
  bool stops_from_start = false;
};

Command add_import(CLI::App& program);
Command add_segment(CLI::App& program);
Command add_info(CLI::App& program);
Command add_classes(CLI::App& program);
Command add_init(CLI::App& program);
Command add_train(CLI::App& program);
Command add_eval(CLI::App& program);
Command add_data(CLI::App& program);
Command add_world(CLI::App& program);
Command add_pretrain(CLI::App& program);
Command add_experiments(CLI::App& program);
Command add_analyze(CLI::App& program);
Command add_bench(CLI::App& program);
Command add_quantize(CLI::App& program);
Command add_raster(CLI::App& program);
Command add_merge(CLI::App& program);
Command add_pull(CLI::App& program);
Command add_serve(CLI::App& program);
Command add_video(CLI::App& program);
Command add_help(CLI::App& program);
Command add_completion(CLI::App& program);
Command add_manual(CLI::App& program);

}  // namespace relprompt::cli
