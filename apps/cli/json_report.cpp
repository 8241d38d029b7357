#include "json_report.h"

#include "base/json_output.h"

namespace relprompt::cli {
namespace {

Json summary_of(const Vocabulary& entry) {
  return {{"name", entry.name},
          {"description", entry.description},
          {"classes", entry.classes.size()},
          {"has_split", !entry.classes.seen.empty()}};
}

Json towers_of(const ModelInfo& info) {
  return {{"image",
           {{"layers", info.layers},
            {"width", info.width},
            {"heads", info.heads},
            {"patch", info.patch},
            {"grid", info.grid},
            {"image_size", info.image_size}}},
          {"text",
           {{"layers", info.text_layers},
            {"width", info.text_width},
            {"heads", info.text_heads},
            {"context_length", info.context_length}}},
          {"joint_width", info.joint_width},
          {"activation", info.activation}};
}

}  // namespace

std::string to_text(const Json& document) {
  return json_text(document, 2) + "\n";
}

Json json_of(const ModelInfo& info) {
  Json files = Json::array();
  for (const ModelFile& file : info.files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return {{"architecture", info.architecture},
          {"method", info.method},
          {"ablations", info.ablations},
          {"variant", info.variant},
          {"source", info.source},
          {"towers", towers_of(info)},
          {"visual_prompt_tokens", info.visual_prompt_tokens},
          {"head", info.head},
          {"lpm", info.lpm},
          {"mean", info.mean},
          {"std", info.std},
          {"protocol", {{"short_side", info.short_side}, {"window", info.window}, {"stride", info.stride}}},
          {"parameters", {{"total", info.parameters}, {"trainable", info.trainable}}},
          {"gflop_per_window", info.gflop_per_window},
          {"gflop_classes", info.gflop_classes},
          {"int8", {{"images", info.int8_images}, {"layers_in_bf16", info.int8_bf16_layers}}},
          {"has_tokenizer", info.has_tokenizer},
          {"notes", info.notes},
          {"files", files}};
}

Json json_of(const Vocabulary& entry) {
  Json classes = Json::array();
  for (std::size_t label = 0; label < entry.classes.size(); ++label) {
    Json row = {
        {"label", label}, {"name", entry.classes.title(label)}, {"names", entry.classes.names[label]}};
    if (!entry.classes.seen.empty()) row["seen"] = static_cast<bool>(entry.classes.seen[label]);
    classes.push_back(std::move(row));
  }
  Json document = summary_of(entry);
  document["classes"] = std::move(classes);
  return document;
}

Json json_of(const std::vector<Vocabulary>& entries) {
  Json document = Json::array();
  for (const Vocabulary& entry : entries) document.push_back(summary_of(entry));
  return document;
}

}  // namespace relprompt::cli
