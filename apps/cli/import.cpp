// relprompt import: any CLIP or RPN checkpoint becomes a model folder.
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/model.h"

#include "commands.h"
#include "model_notes.h"
#include "numbers.h"
#include "options_force.h"
#include "options_hub.h"
#include "options_towers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

struct ImportArguments {
  std::string source, output, vocab;
  TowerArguments towers;
  HubArguments hub;
  bool half = false, force = false;
};

std::string describe(const ModelInfo& info) {
  const std::string variant =
      info.trainable == 0 ? "no prompts (a bare CLIP, used training-free)"
                          : fmt::format("{}, {} trainable parameters",
                                        info.variant == "none" ? info.method : info.variant + " variant",
                                        with_separators(info.trainable));
  return fmt::format("recognised: {}\n  {}, {} layers of width {}, patch {}, grid {}x{}; {}\n",
                     printable(info.source), printable(info.architecture), info.layers, info.width,
                     info.patch, info.grid, info.grid, variant);
}

int run(const ImportArguments& arguments) {
  if (arguments.source.empty()) {
    throw Error(ErrorCode::kBadArgument, "no checkpoint is given", "relprompt import SOURCE -o DIR");
  }
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output folder is given",
                "add -o DIR, the model folder to be made");
  }
  ImportOptions options;
  options.vocab = arguments.vocab;
  options.towers = arguments.towers.resolve();
  options.half = arguments.half;
  options.replace = arguments.force;
  arguments.hub.fetch(arguments.source);
  const auto notes = import_model(arguments.source, arguments.output, options);
  const ModelInfo info = inspect_model(arguments.output);
  print_result(describe(info));
  print_model_notes(notes);
  print_result(fmt::format("wrote {}\n", printable(arguments.output)));
  const char* vocab = info.has_tokenizer ? "" : " --vocab bpe_simple_vocab_16e6.txt.gz";
  print_note(
      fmt::format("next: relprompt segment IMAGE --model {} --classes \"road, sky, car;vehicle\" -o out{}",
                  arguments.output, vocab));
  return 0;
}

}  // namespace

Command add_import(CLI::App& program) {
  const auto arguments = std::make_shared<ImportArguments>();
  CLI::App* parser = program.add_subcommand("import", "Make a model folder from a CLIP or RPN checkpoint")
                         ->group("Commands");
  parser
      ->add_option(
          "SOURCE", arguments->source,
          "OpenAI .pt, Hugging Face or open_clip folder, open_clip state dict, the RPN authors' .pth, a bare "
          ".safetensors with any of these key styles, a model folder, or a model of the Hugging Face hub "
          "by its name: ORG/NAME[@REVISION][:SUBFOLDER]")
      ->option_text(" ");
  parser->add_option("-o,--output", arguments->output, "model folder to be made; appears whole or not at all")
      ->option_text("DIR");
  parser
      ->add_option("--vocab", arguments->vocab,
                   "tokenizer file or folder: merges.txt, tokenizer.json, bpe_simple_vocab_16e6.txt.gz "
                   "[default: looked for beside SOURCE]")
      ->option_text("PATH");
  arguments->hub.add_to(*parser);
  arguments->towers.add_to(*parser);
  parser->add_flag("--half", arguments->half,
                   "store the numbers in 16 bits: half the size, nearly the same masks");
  add_force(*parser, arguments->force, "a model");
  parser->footer(
      "Examples:\n"
      "  relprompt import models/demo/clip.safetensors --heads 2 --vocab models/demo -o imported\n"
      "  relprompt import ViT-B-16.pt -o clip-b16\n"
      "  relprompt import clip-vit-base-patch16/ -o clip-b16\n"
      "  relprompt import ViT-H-14.pt -o clip-h14 --heads 16,16 --activation gelu\n"
      "  relprompt import rpn_voc.pth -o rpn-voc --vocab bpe_simple_vocab_16e6.txt.gz");
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
