// relprompt info: what a model folder or checkpoint is, from its headers.
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"
#include "relprompt/model.h"

#include "commands.h"
#include "json_report.h"
#include "model_notes.h"
#include "numbers.h"
#include "options_hub.h"
#include "options_towers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr int kLabelColumns = 16;

struct InfoArguments {
  std::string model;
  TowerArguments towers;
  HubArguments hub;
  bool json = false;
};

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string variant_text(const ModelInfo& info) {
  if (info.method.empty()) return "none: a bare CLIP, used training-free";
  if (info.variant != "official") return info.variant;
  return fmt::format("official, {} visual prompt tokens a layer", info.visual_prompt_tokens);
}

Rows rows_of(const ModelInfo& info) {
  Rows rows;
  rows.emplace_back("architecture", info.architecture);
  if (!info.method.empty()) {
    rows.emplace_back("method", info.method + (info.method_size.empty() ? "" : ", " + info.method_size));
  }
  if (info.method.empty() || info.variant != "none") rows.emplace_back("variant", variant_text(info));
  if (!info.ablations.empty())
    rows.emplace_back("ablations", fmt::format("{}", fmt::join(info.ablations, ", ")));
  rows.emplace_back("source", info.source);
  rows.emplace_back(
      "image tower",
      fmt::format("{} layers, width {}, {} heads, patch {}, grid {}x{} ({} pixels)", info.layers, info.width,
                  info.heads, info.patch, info.grid, info.grid, info.image_size));
  rows.emplace_back("text tower", fmt::format("{} layers, width {}, {} heads, {} tokens", info.text_layers,
                                              info.text_width, info.text_heads, info.context_length));
  rows.emplace_back("joint space", fmt::format("{} numbers", info.joint_width));
  rows.emplace_back("activation", info.activation);
  if (!info.head.empty()) rows.emplace_back("dense head", info.head);
  if (!info.lpm.empty()) rows.emplace_back("projection", fmt::format("LPM {}", info.lpm));
  if (!info.scores.empty()) rows.emplace_back("scores", info.scores + ", as in the loss it was trained with");
  rows.emplace_back("mean, std",
                    fmt::format("{:.6g}; {:.6g}", fmt::join(info.mean, " "), fmt::join(info.std, " ")));
  rows.emplace_back("protocol", fmt::format("short side {}, window {}, stride {} pixels", info.short_side,
                                            info.window, info.stride));
  rows.emplace_back("parameters", fmt::format("total {}, trainable {}", with_separators(info.parameters),
                                              with_separators(info.trainable)));
  rows.emplace_back("work",
                    fmt::format("{:.1f} GFLOP a window with {}", info.gflop_per_window,
                                info.gflop_classes == 1 ? std::string("1 class")
                                                        : fmt::format("{} classes", info.gflop_classes)));
  if (info.int8_images > 0) {
    const auto kept = info.int8_bf16_layers.empty()
                          ? std::string()
                          : fmt::format("; layers {} in bf16", fmt::join(info.int8_bf16_layers, ", "));
    rows.emplace_back(
        "int8",
        fmt::format("refined on {}{}", counted(static_cast<std::uint64_t>(info.int8_images), "image"), kept));
  }
  rows.emplace_back("tokenizer", info.has_tokenizer ? "yes" : "no: class names need --vocab FILE");
  return rows;
}

std::string table_of(const ModelInfo& info) {
  std::string text;
  for (const auto& [label, value] : rows_of(info))
    text += pad(label, kLabelColumns) + printable(value) + "\n";
  int name_columns = 0;
  for (const ModelFile& file : info.files)
    name_columns = std::max(name_columns, display_width(printable(file.name)));
  text += "files\n";
  for (const ModelFile& file : info.files) {
    text += fmt::format("  {}  {:>10}  sha256 {}\n", pad(printable(file.name), name_columns),
                        file_size(file.bytes), file.sha256);
  }
  return text;
}

int run(const InfoArguments& arguments) {
  if (arguments.model.empty()) {
    throw Error(ErrorCode::kBadArgument, "no model is given", "relprompt info MODEL");
  }
  arguments.hub.fetch(arguments.model);
  const ModelInfo info = inspect_model(arguments.model, arguments.towers.resolve());
  print_result(arguments.json ? to_text(json_of(info)) : table_of(info));
  print_model_notes(info.notes);
  return 0;
}

}  // namespace

Command add_info(CLI::App& program) {
  const auto arguments = std::make_shared<InfoArguments>();
  CLI::App* parser = program.add_subcommand("info", "Show architecture, sizes, work and hashes of a model")
                         ->group("Commands");
  parser->add_option("MODEL", arguments->model, kModelHelp)->option_text(" ");
  arguments->hub.add_to(*parser);
  arguments->towers.add_to(*parser);
  parser->add_flag("--json", arguments->json, "one JSON document instead of a table");
  parser->footer(
      "Examples:\n  relprompt info models/demo\n  relprompt info clip-b16\n  relprompt info rpn_voc.pth "
      "--json");
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
