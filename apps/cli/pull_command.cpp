// relprompt pull: models of the Hugging Face hub, fetched ahead of their use, and the cache that they lie in.
#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"
#include "relprompt/hub.h"

#include "commands.h"
#include "fetch_display.h"
#include "json_report.h"
#include "numbers.h"
#include "options_hub.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Every command that takes a model takes such a name too and fetches what the cache lacks; pull also "
    "asks\n"
    "whether the hub has a newer state. Only the files that are read are fetched: weights (safetensors "
    "before\n"
    ".bin before .pt), settings, tokenizer, and README.md for the licence.\n"
    "\n"
    "The cache is the one of Hugging Face's own programs: HF_HUB_CACHE, else HF_HOME/hub, else\n"
    "XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub. HF_TOKEN (or HF_HOME/token) opens models "
    "that\n"
    "are private or need a licence accepted; HF_ENDPOINT names another hub.\n"
    "\n"
    "Examples:\n"
    "  relprompt pull openai/clip-vit-base-patch16\n"
    "  relprompt pull laion/CLIP-ViT-B-16-laion2B-s34B-b88K timm/vit_base_patch16_clip_224.openai\n"
    "  relprompt pull --list\n"
    "  relprompt pull --remove openai/clip-vit-base-patch16";

struct PullArguments {
  std::vector<std::string> names, removed;
  bool list = false, json = false, quiet = false;
  HubArguments hub;
};

int pull_all(const PullArguments& arguments) {
  Json all = Json::array();
  for (const auto& name : arguments.names) {
    HubModel model;
    {
      FetchDisplay display(name, arguments.quiet);
      HubOptions options;
      options.offline = arguments.hub.offline;
      options.progress = [&](const HubProgress& now) {
        display.show(now);
        return true;
      };
      model = pull_model(name, options);
    }
    all.push_back({{"name", name},
                   {"path", model.path.string()},
                   {"revision", model.revision},
                   {"fetched", model.fetched}});
    if (!arguments.json) {
      print_result(fmt::format("{}  revision {}  {}\n", printable(name), model.revision.substr(0, 12),
                               printable(model.path.string())));
    }
  }
  if (arguments.json) print_result(to_text(all));
  return 0;
}

int list_all(bool json) {
  const auto models = cached_models();
  if (json) {
    Json all = Json::array();
    for (const auto& model : models) {
      all.push_back({{"name", model.name},
                     {"bytes", model.bytes},
                     {"unfinished_bytes", model.unfinished},
                     {"licence", model.licence.empty() ? Json() : Json(model.licence)},
                     {"revisions", model.revisions},
                     {"commit", model.commit.empty() ? Json() : Json(model.commit)}});
    }
    print_result(to_text(all));
    return 0;
  }
  if (models.empty()) print_note("the cache holds no models");
  int columns = 0;
  std::size_t licences = 0;
  for (const auto& model : models) {
    columns = std::max(columns, display_width(model.name));
    licences = std::max(licences, model.licence.size());
  }
  std::string text;
  for (const auto& model : models) {
    const auto licence = model.licence.empty() ? "-" : model.licence;
    const auto revision = model.commit.empty() ? "incomplete" : model.commit.substr(0, 12);
    text +=
        fmt::format("{}  {:>9}  {:<{}}  {}{}\n", pad(model.name, columns), file_size(model.bytes), licence,
                    std::max<std::size_t>(licences, 1), revision,
                    model.revisions.empty() ? "" : fmt::format(" ({})", fmt::join(model.revisions, ", ")));
    if (model.unfinished > 0)
      text += fmt::format("    {} of an unfinished download; pull goes on\n", file_size(model.unfinished));
  }
  print_result(text);
  return 0;
}

int run(const PullArguments& arguments) {
  arguments.hub.apply();
  const int kinds =
      (arguments.names.empty() ? 0 : 1) + (arguments.list ? 1 : 0) + (arguments.removed.empty() ? 0 : 1);
  if (kinds != 1) {
    throw Error(ErrorCode::kBadArgument,
                kinds == 0 ? "no model is named" : "names, --list and --remove are three different commands",
                "relprompt pull ORG/NAME, relprompt pull --list, or relprompt pull --remove ORG/NAME");
  }
  if (arguments.list) return list_all(arguments.json);
  for (const auto& name : arguments.removed) {
    const auto bytes = remove_cached_model(name);
    print_note(fmt::format("removed {} from the cache: {}", printable(name), file_size(bytes)));
  }
  return arguments.names.empty() ? 0 : pull_all(arguments);
}

}  // namespace

Command add_pull(CLI::App& program) {
  const auto arguments = std::make_shared<PullArguments>();
  CLI::App* parser = program.add_subcommand("pull", "Fetch models of the Hugging Face hub by their names")
                         ->group("Commands");
  parser->add_option("NAME", arguments->names, "ORG/NAME[@REVISION][:SUBFOLDER]")->option_text("...");
  parser->add_flag("--list", arguments->list, "what is in the cache, with size and licence");
  parser->add_option("--remove", arguments->removed, "delete a model from the cache, with all its revisions")
      ->option_text("NAME");
  arguments->hub.add_to(*parser);
  parser->add_flag("--json", arguments->json, "one JSON document instead of text");
  parser->add_flag("-q,--quiet", arguments->quiet, "no progress");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
