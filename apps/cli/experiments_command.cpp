// relprompt experiments: tables of comparisons on the synthetic world, one run after the other.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/experiments.h"

#include "commands.h"
#include "interrupt.h"
#include "numbers.h"
#include "options_force.h"
#include "options_run.h"
#include "run_display.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt experiments configs/world-methods.yaml --quick --dry-run\n"
    "  relprompt experiments configs/world-methods.yaml --quick -o quick\n"
    "  relprompt experiments configs/world-methods.yaml -o methods --work runs/methods\n"
    "  relprompt experiments configs/world-tables.yaml --only table-4,table-10 -o tables\n"
    "  relprompt experiments configs/world-tables.yaml --clip runs/world-clip -o tables\n"
    "  relprompt experiments configs/paper/tables.yaml --clip clip-b16 --data voc=VOC2012 --dry-run\n"
    "\n"
    "The command makes scenes, pretrains a CLIP if it is given none, trains and measures row after row, and\n"
    "writes experiments.md, experiments.json, a chart a table and sheet.jpg. Every row's settings are "
    "checked\n"
    "before anything is trained. Rows that are equal in several tables run once.\n"
    "\n"
    "Ctrl-C writes a checkpoint and stops; the same command goes on and repeats no finished run. Rows may "
    "be\n"
    "added to the config at any time: only what is new runs. docs/guide/experimenting.md explains the "
    "config.";

struct ExperimentArguments : RunSwitches {
  ExperimentSettings settings;
  std::string only, pace;
  std::vector<std::string> data;
};

/// "1.3,1.1". Throws Error(kBadArgument).
ExperimentPace pace_of(const std::string& text) {
  const auto numbers = decimal_list(text);
  const auto usable = [](double seconds) { return seconds > 0 && seconds <= 86400; };
  if (numbers && numbers->size() == 2 && std::all_of(numbers->begin(), numbers->end(), usable))
    return {(*numbers)[0], (*numbers)[1]};
  throw Error(ErrorCode::kBadArgument,
              fmt::format("--pace {}: expected seconds of a training image and of a test image, with a comma "
                          "between",
                          text),
              "such as --pace 1.3,1.1");
}

DataFolder data_folder(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
    throw Error(ErrorCode::kBadArgument, "--data " + text + ": expected NAME=DIR",
                "NAME is what the config calls the data set, DIR its folder");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

int run(const ExperimentArguments& given) {
  RunDisplay display(given.quiet, {"stopping after this iteration or image", [] {
                                     return std::string(
                                         "finished runs and checkpoints are kept; the same "
                                         "command goes on");
                                   }});
  display.expect_interrupts();
  auto settings = given.settings;
  if (!given.only.empty()) settings.only = split_list(given.only);
  for (const auto& text : given.data) settings.data.push_back(data_folder(text));
  settings.threads = given.threads_given();
  if (!given.pace.empty()) settings.pace = pace_of(given.pace);
  if (settings.pace && !settings.dry_run) {
    throw Error(ErrorCode::kBadArgument, "--pace is for --dry-run", "add --dry-run, or leave --pace out");
  }
  return conclude(display, run_experiments(settings, display), given);
}

}  // namespace

Command add_experiments(CLI::App& program) {
  const auto given = std::make_shared<ExperimentArguments>();
  CLI::App* parser =
      program
          .add_subcommand("experiments",
                          "Compare methods and settings in tables, on the synthetic world and images")
          ->group("Commands");
  const std::string group = "Run";
  auto& settings = given->settings;
  parser->add_option("CONFIG", settings.config, "YAML file, such as configs/world-methods.yaml");
  parser->add_option("-o,--output", settings.output, "folder of the tables, charts and images")
      ->option_text("DIR")
      ->group(group);
  parser
      ->add_option("--work", settings.work,
                   "folder of scenes, CLIPs and runs, needed to go on [default: OUTPUT/work]")
      ->option_text("DIR")
      ->group(group);
  parser
      ->add_option(
          "--clip", settings.clip,
          "model folder of a CLIP; regimes that pretrain their own still do [default: as the config says]")
      ->option_text("DIR")
      ->group(group);
  parser
      ->add_option(
          "--data", given->data,
          "folder of a data set that the config names; may be repeated [default: its rows are left out]")
      ->option_text("NAME=DIR")
      ->allow_extra_args(false)
      ->group(group);
  parser
      ->add_option("--results", settings.results,
                   "runs.jsonl of another output folder, whose runs count as finished; may be repeated")
      ->option_text("FILE")
      ->allow_extra_args(false)
      ->group(group);
  parser->add_option("--only", given->only, "keys of the tables to run, with commas between [default: all]")
      ->option_text("TABLE[,TABLE]")
      ->group(group);
  parser
      ->add_flag("--quick", settings.quick,
                 "few updates and one seed, to see everything work; the numbers decide nothing")
      ->group(group);
  parser
      ->add_flag(
          "--dry-run", settings.dry_run,
          "check everything, say what the runs that are not finished would cost (updates, images, hours) "
          "and start none; nothing is written")
      ->group(group);
  parser
      ->add_option(
          "--pace", given->pace,
          "of --dry-run: seconds that a training image and a test image take on your machine [default: "
          "measured in finished runs, else as the config states]")
      ->option_text("TRAINING,TEST")
      ->group(group);
  add_force(*parser, settings.replace, "the tables of another suite", group);
  given->add_to(*parser, "the tables as one JSON object on the standard output");
  parser->footer(kFooter);
  return {parser, [given] { return run(*given); }, true};
}

}  // namespace relprompt::cli
