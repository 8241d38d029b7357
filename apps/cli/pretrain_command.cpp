// relprompt pretrain: an own small CLIP, from nothing but the synthetic world.
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/pretraining.h"

#include "commands.h"
#include "interrupt.h"
#include "options_force.h"
#include "options_run.h"
#include "run_display.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt pretrain configs/world-clip.yaml -o runs/clip --set phases.objects.iterations=5 --set "
    "phases.scenes.iterations=0 --set phases.crowds.iterations=0\n"
    "  relprompt pretrain configs/world-clip.yaml -o runs/world-clip\n"
    "  relprompt pretrain configs/world-clip.yaml --set seed=5 --set phases.scenes.iterations=2000 -o "
    "runs/5\n"
    "  relprompt pretrain --resume runs/world-clip\n"
    "  relprompt train configs/world-zero-shot.yaml --clip runs/world-clip --data scenes -o runs/world\n"
    "\n"
    "Ctrl-C ends the iteration, writes a checkpoint and stops. The run's folder is the model, for --clip "
    "and\n"
    "--model; it also holds logs, curves.png and result.json.";

struct PretrainArguments : RunSwitches {
  std::string config, output, resume;
  std::vector<std::string> changes;
  bool force = false;
};

int run(const PretrainArguments& given) {
  RunDisplay display(given.quiet,
                     words_of_run("pretrain", given.resume.empty() ? given.output : given.resume));
  display.expect_interrupts();
  if (given.resume.empty()) {
    PretrainSettings settings;
    settings.config = given.config;
    settings.changes = given.changes;
    settings.output = given.output;
    settings.replace = given.force;
    settings.threads = given.threads_given();
    return conclude(display, pretrain_clip(settings, display), given);
  }
  if (!given.config.empty() || !given.output.empty() || !given.changes.empty() || given.force) {
    throw Error(ErrorCode::kBadArgument, "--resume takes everything from the run's own config.yaml",
                fmt::format("relprompt pretrain --resume {}", given.resume));
  }
  return conclude(display, resume_pretraining(given.resume, given.threads_given(), display), given);
}

}  // namespace

Command add_pretrain(CLI::App& program) {
  const auto given = std::make_shared<PretrainArguments>();
  CLI::App* parser =
      program.add_subcommand("pretrain", "Train a small CLIP from nothing, on the synthetic world")
          ->group("Commands");
  const std::string group = "Run";
  parser->add_option("CONFIG", given->config, "YAML file, such as configs/world-clip.yaml");
  parser
      ->add_option("--set", given->changes,
                   "KEY=VALUE changes a key of the config, such as seed=5; may be repeated")
      ->option_text("KEY=VALUE")
      ->group(group)
      ->allow_extra_args(false);
  parser->add_option("-o,--output", given->output, "folder of the run, made here; it becomes the model")
      ->option_text("DIR")
      ->group(group);
  add_force(*parser, given->force, "a run", group);
  parser
      ->add_option("--resume", given->resume,
                   "go on with the run of this folder; nothing else is needed. A finished run stays as it is")
      ->option_text("DIR")
      ->group(group);
  given->add_to(*parser, "the result as one JSON object on the standard output");
  parser->footer(kFooter);
  return {parser, [given] { return run(*given); }, true};
}

}  // namespace relprompt::cli
