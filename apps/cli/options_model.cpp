#include "options_model.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command_rows.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

bool is_device(const std::string& name) {
  if (name == "cpu" || name == "cuda") return true;
  const std::string prefix = "cuda:";
  if (name.compare(0, prefix.size(), prefix) != 0 || name.size() == prefix.size() || name.size() > 8)
    return false;
  return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void ModelArguments::add_to(CLI::App& command) {
  const std::string group = "Model";
  command.add_option("-m,--model", model, kModelHelp)->option_text("MODEL")->group(group);
  command
      .add_option(
          "--vocab", vocab,
          "tokenizer file or folder (merges.txt, tokenizer.json, bpe_simple_vocab_16e6.txt.gz), for a "
          "model that has none [default: the model's own]")
      ->option_text("PATH")
      ->group(group);
  suggest_words(*command.add_option("--device", device, "cpu, cuda or cuda:N [default: cpu]")
                     ->option_text("NAME")
                     ->group(group),
                {"cpu", "cuda"});
  suggest_words(
      *command
           .add_option("--precision", precision,
                       "fp32, bf16 (half the memory) or int8 (a quarter, and two to three times the "
                       "speed; CPU only): numbers of the matrix products [default: fp32]")
           ->option_text("NAME")
           ->group(group),
      {"fp32", "bf16", "int8"});
  command.add_option("--threads", threads, "CPU threads [default: all cores]")
      ->option_text("N")
      ->group(group)
      ->check(in_range(1, 1024));
  command.add_flag("--training-free", training_free, "leave the model's prompts out: its CLIP alone")
      ->group(group);
  add_head(command, head, group);
  hub.add_to(command, group);
  towers.add_to(command, group);
}

void add_head(CLI::App& command, std::string& head, const std::string& group) {
  suggest_words(*command
                     .add_option("--head", head,
                                 fmt::format("what computes the last layer of a CLIP without prompts: {} "
                                             "[default: the model's own, which is scclip unless somebody "
                                             "chose another]",
                                             fmt::join(dense_head_names(), ", ")))
                     ->option_text("NAME")
                     ->group(group),
                dense_head_names());
}

ModelOptions ModelArguments::resolve() const {
  if (model.empty()) {
    throw Error(ErrorCode::kBadArgument, "no model is given",
                "add --model PATH, or --model ORG/NAME for a model of the Hugging Face hub, such as "
                "openai/clip-vit-base-patch16; RELPROMPT_MODEL names one for every command");
  }
  if (!is_device(device)) {
    throw Error(ErrorCode::kBadArgument, fmt::format("--device: unknown device \"{}\"", device),
                "possible: cpu, cuda, cuda:N such as cuda:0");
  }
  require_one_of("--precision", precision, {"fp32", "bf16", "int8"});
  ModelOptions options;
  options.device = device;
  options.precision = precision;
  options.threads = threads;
  options.vocab = vocab;
  if (!head.empty()) require_one_of("--head", head, dense_head_names());
  options.head = head;
  options.training_free = training_free;
  options.towers = towers.resolve();
  return options;
}

}  // namespace relprompt::cli
