// relprompt init: a model of a real size with random weights, so that speed and plumbing can be tried
// without a download. It says so loudly, because its masks look like an answer.
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/model.h"

#include "command_rows.h"
#include "commands.h"
#include "options_force.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

struct InitArguments {
  RandomModelOptions options;
  std::string output;
  CLI::Option* tokens = nullptr;
};

int run(const InitArguments& arguments) {
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output folder is given",
                "add -o DIR, the model folder to be made");
  }
  require_one_of("--variant", arguments.options.variant, {"paper", "official"});
  const auto& method = arguments.options.method;
  const bool has_tokens = arguments.options.variant == "official" || method == "vpt" || method == "rpn_vpt";
  if (arguments.tokens->count() > 0 && !has_tokens) {
    throw Error(ErrorCode::kBadArgument, "--tokens belongs to the official variant, and this one is paper",
                "add --variant official, choose the method vpt or rpn_vpt, or drop --tokens");
  }
  create_random_model(arguments.output, arguments.options);
  print_result(fmt::format("wrote {}\n", printable(arguments.output)));
  print_warning("RANDOM WEIGHTS: this model has learned nothing and its masks mean nothing");
  print_note("  it is for benchmarks and tests; `relprompt import` makes a real model from a CLIP download");
  return 0;
}

}  // namespace

Command add_init(CLI::App& program) {
  const auto arguments = std::make_shared<InitArguments>();
  RandomModelOptions& options = arguments->options;
  CLI::App* parser =
      program.add_subcommand("init", "Make a model with random weights, for benchmarks and tests")
          ->group("Commands");
  parser
      ->add_option("--arch", options.architecture,
                   "ViT-B-32, ViT-B-16, ViT-L-14, ViT-L-14-336, ViT-H-14, ViT-g-14 or ViT-bigG-14 "
                   "[default: ViT-B-16]")
      ->option_text("NAME");
  parser->add_option("--seed", options.seed, "the same seed gives the same bytes everywhere [default: 0]")
      ->option_text("N");
  parser->add_option("--variant", options.variant, "paper or official [default: paper]")->option_text("NAME");
  suggest_words(*parser->get_option("--variant"), {"paper", "official"});
  parser
      ->add_option("--method", options.method,
                   "rpn, or a baseline: lpm_only, full, bitfit, adapter, vpt, lst, ssf, lora, rpn_vpt "
                   "[default: rpn]")
      ->option_text("NAME");
  parser
      ->add_option("--set", options.settings,
                   "another key of `prompts` in config.json, such as lora_rank=4 or m2oe.rank=6; repeatable")
      ->option_text("KEY=VALUE")
      ->allow_extra_args(false);
  arguments->tokens =
      parser->add_option("--tokens", options.visual_prompt_tokens,
                         "visual prompt tokens a layer, official variant or VPT [default: 10]");
  arguments->tokens->option_text("N")->check(in_range(0, 10000));
  parser
      ->add_option("--image-size", options.image_size,
                   "side in pixels that the position grid stands for: grid = size / patch [default: 512]")
      ->option_text("PIXELS")
      ->check(in_range(1, 65536));
  parser->add_option("-o,--output", arguments->output, "model folder to be made")->option_text("DIR");
  add_force(*parser, options.replace, "a model");
  parser->footer(
      "Examples:\n  relprompt init --arch ViT-B-32 --seed 7 -o random-b32\n  relprompt init --arch ViT-B-16 "
      "--seed 7 -o random-b16");
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
