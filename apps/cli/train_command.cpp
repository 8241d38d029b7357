// relprompt train: prompts for a frozen CLIP, from a config or from where a run was interrupted.
#include <CLI/TypeTools.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "commands.h"
#include "interrupt.h"
#include "options_hub.h"
#include "options_run.h"
#include "run_display.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt world -o scenes --scenes 40 && relprompt train configs/world-zero-shot.yaml --clip "
    "models/demo --data scenes --set train.iterations=20 --set train.warmup_iterations=5 -o runs/first\n"
    "  relprompt train configs/voc-zero-shot.yaml --clip clip-b16 --data /data/VOC2012 -o runs/voc\n"
    "  relprompt train configs/camvid.yaml --clip clip --data camvid --set train.iterations=60 --set seed=5 "
    "-o runs/camvid\n"
    "  relprompt train --resume runs/voc\n"
    "  relprompt train --resume runs/voc --set train.iterations=40000\n"
    "  relprompt train configs/camvid.yaml --clip clip --init-from runs/voc/last --data camvid -o "
    "runs/tuned\n"
    "\n"
    "Ctrl-C ends the iteration, writes a checkpoint and stops. The run's folder holds last/ and best/ "
    "(models\n"
    "for --model), logs, curves.png, sheet.png and report/. Several machines: docs/guide/distributed.md.";

struct TrainArguments {
  RunArguments run;
  std::string clip, init_from, resume;
  HubArguments hub;
};

/// --resume takes threads, and a new length by --set train.iterations=N.
ResumeOptions resume_options(const TrainArguments& arguments) {
  const auto& given = arguments.run;
  ResumeOptions options;
  options.threads = given.threads_given();
  const std::string length = "train.iterations=";
  bool more = !given.config.empty() || !given.data.empty() || !given.output.empty() ||
              !arguments.clip.empty() || !arguments.init_from.empty() || !given.vocab.empty() ||
              !given.device.empty() || given.force;
  for (const std::string& change : given.changes) {
    std::int64_t number = 0;
    const bool is_length = change.compare(0, length.size(), length) == 0 &&
                           CLI::detail::lexical_cast(change.substr(length.size()), number) && number > 0;
    if (is_length) options.iterations = number;
    more |= !is_length;
  }
  if (!more) return options;
  throw Error(ErrorCode::kBadArgument, "--resume takes everything from the run's own config.yaml",
              fmt::format("relprompt train --resume {}; only the length may change, and only grow: --set "
                          "train.iterations=N",
                          arguments.resume));
}

int run(const TrainArguments& arguments) {
  std::error_code ignored;
  if (!arguments.clip.empty() && !std::filesystem::exists(arguments.clip, ignored)) {
    answer_signals();  // a download is not a run yet: an interrupt ends it
    arguments.hub.fetch(arguments.clip, arguments.run.quiet);
  }
  RunDisplay display(
      arguments.run.quiet,
      words_of_run("train", arguments.resume.empty() ? arguments.run.output : arguments.resume));
  display.expect_interrupts();
  if (arguments.resume.empty()) {
    auto settings = arguments.run.resolve();
    settings.model = arguments.clip;
    settings.init_from = arguments.init_from;
    return conclude(display, train_prompts(settings, display), arguments.run);
  }
  return conclude(display, resume_training(arguments.resume, resume_options(arguments), display),
                  arguments.run);
}

}  // namespace

Command add_train(CLI::App& program) {
  const auto arguments = std::make_shared<TrainArguments>();
  CLI::App* parser =
      program.add_subcommand("train", "Train prompts on a frozen CLIP, by a protocol of configs/")
          ->group("Commands");
  arguments->run.add_to(*parser, "folder of the run, made here", "a run");
  parser
      ->add_option("--clip", arguments->clip,
                   "model folder or checkpoint of the CLIP to train on, or its name on the Hugging Face hub")
      ->option_text("MODEL")
      ->group("Run");
  parser
      ->add_option("--init-from", arguments->init_from,
                   "fine-tune: begin with the trained prompts of this model folder, such as runs/NAME/last, "
                   "instead of "
                   "initial values. Method, variant and sizes must be the same")
      ->option_text("MODEL")
      ->group("Run");
  arguments->hub.add_to(*parser, "Run");
  parser
      ->add_option(
          "--resume", arguments->resume,
          "go on with the run of this folder; nothing else is needed. A finished run stays as it is, unless "
          "--set train.iterations=N makes it longer")
      ->option_text("DIR")
      ->group("Run");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }, true};
}

}  // namespace relprompt::cli
