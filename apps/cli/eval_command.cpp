// relprompt eval: scores of a model on a config's test set, with the protocol that they belong to.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"
#include "relprompt/segmenter.h"

#include "command_rows.h"
#include "commands.h"
#include "interrupt.h"
#include "options_decode.h"
#include "options_hub.h"
#include "options_model.h"
#include "options_run.h"
#include "options_shard.h"
#include "options_towers.h"
#include "options_views.h"
#include "run_display.h"
#include "shards/manifest.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt world -o scenes --scenes 40 && relprompt eval configs/world-zero-shot.yaml -m models/demo "
    "--data scenes -o reports/first\n"
    "  relprompt eval configs/context-459.yaml --model runs/coco/last --data /data/VOC2010 -o reports/pc459\n"
    "  relprompt eval configs/voc-zero-shot.yaml --model clip-b16 --data /data/VOC2012 -o reports/maskclip\n"
    "  relprompt eval configs/voc-20.yaml --model runs/coco/last --data /data/VOC2012 -o reports/voc-20-tta "
    "--scales 0.5,0.75,1,1.25,1.5,1.75 --flip\n"
    "  relprompt eval configs/ade-847.yaml --model runs/coco/last --data /data/ADE -o reports/ade --shard "
    "3/16\n"
    "\n"
    "The report's folder gets report.md, report.json, confusion.png and sheet.png. The same command "
    "continues\n"
    "an evaluation that was interrupted. Of the counts of shards\n"
    "`relprompt merge` makes the report.";

struct EvalArguments {
  RunArguments run;
  DecodeArguments decode;
  ViewArguments views;
  std::string model;
  std::string precision = "fp32";
  std::string head;
  ShardArguments list;
  TowerArguments towers;
  HubArguments hub;
  bool image_scores = false;
};

/// What a manifest calls images of the test set: by their ids, else by their paths.
std::vector<std::string> images_of(const std::string& file) {
  std::vector<std::string> names;
  for (auto& image : shards::read_manifest(file, {}).images) {
    if (!image.classes.empty() || !image.seen.empty()) {
      throw Error(
          ErrorCode::kBadArgument,
          fmt::format("{}, line {}: expected no classes and no seen, which the config of an evaluation says",
                      file, image.line));
    }
    names.push_back(image.named ? std::move(image.id) : std::move(image.image));
  }
  return names;
}

int run(const EvalArguments& arguments) {
  require_one_of("--precision", arguments.precision, {"fp32", "bf16", "int8"});
  auto settings = arguments.run.resolve();
  for (auto& change : arguments.decode.changes()) settings.changes.push_back(std::move(change));
  for (auto& change : arguments.views.changes()) settings.changes.push_back(std::move(change));
  settings.model = arguments.model;
  settings.precision = arguments.precision;
  if (!arguments.head.empty()) require_one_of("--head", arguments.head, dense_head_names());
  settings.head = arguments.head;
  settings.towers = arguments.towers.resolve();
  settings.image_scores = arguments.image_scores;
  if (const auto shard = arguments.list.resolve(arguments.run.quiet))
    settings.shard = ShardNumber{shard->index, shard->count};
  if (!arguments.list.manifest.empty()) settings.images = images_of(arguments.list.manifest);
  arguments.hub.fetch(arguments.model, arguments.run.quiet);
  RunDisplay display(arguments.run.quiet, {"stopping after this image", [] {
                                             return std::string(
                                                 "images up to the last save are kept; the "
                                                 "same command goes on");
                                           }});
  return conclude(display, evaluate_model(settings, display), arguments.run);
}

}  // namespace

Command add_eval(CLI::App& program) {
  const auto arguments = std::make_shared<EvalArguments>();
  CLI::App* parser =
      program.add_subcommand("eval", "Measure a model on a data set, by a protocol of configs/")
          ->group("Commands");
  arguments->run.add_to(*parser, "folder of the report, made if needed", "a report");
  arguments->decode.add_to(*parser);
  parser
      ->add_option(
          "-m,--model", arguments->model,
          "model folder, such as runs/NAME/last, any checkpoint that `relprompt import` reads, or a model "
          "of the Hugging Face hub: ORG/NAME[@REVISION][:SUBFOLDER]")
      ->option_text("MODEL")
      ->group("Run");
  suggest_words(*parser->add_option("--precision", arguments->precision, "fp32, bf16 or int8 [default: fp32]")
                     ->option_text("NAME")
                     ->group("Run"),
                {"fp32", "bf16", "int8"});
  add_head(*parser, arguments->head, "Run");
  arguments->hub.add_to(*parser, "Run");
  arguments->towers.add_to(*parser, "Run");
  parser
      ->add_flag("--image-scores", arguments->image_scores,
                 "also write image_scores.jsonl, a score for every image")
      ->group("Run");
  arguments->views.add_to(*parser, "Run");
  arguments->list.add_to(*parser, "Run");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
