#include "model/hugging_face_settings.h"

#include <nlohmann/json.hpp>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_read.h"
#include "base/paths.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

// config.json and its kin have some kilobytes; with the names of 21,000 classes in them a megabyte.
constexpr JsonRules kHuggingFaceJson = {ErrorCode::kBadModelConfig, std::size_t{4} << 20};

// Defaults of the transformers library's CLIPVisionConfig and CLIPTextConfig.
constexpr std::int64_t kImageHeads = 12, kTextHeads = 8, kMostHeads = 16384;

/// False only if there is nothing: whoever opens what cannot be looked at says why.
bool may_exist(const fs::path& file) {
  return path_exists(file) || !path_problem(file).empty();
}

nlohmann::json parse(const fs::path& file) {
  auto json = read_json_file(file, kHuggingFaceJson, ErrorCode::kModelNotFound);
  if (!json.is_object()) throw Error(ErrorCode::kBadModelConfig, file.string() + ": not a JSON object");
  return json;
}

JsonFields tower(const nlohmann::json& json, const char* key, const std::string& where) {
  static const nlohmann::json empty = nlohmann::json::object();
  return JsonFields(json.contains(key) ? json.at(key) : empty, where + " '" + key + "'");
}

void read_config(const fs::path& file, CheckpointSettings& settings) {
  const auto json = parse(file);
  auto vision = tower(json, "vision_config", file.string());
  auto text = tower(json, "text_config", file.string());
  settings.heads = vision.integer("num_attention_heads", kImageHeads, 1, kMostHeads);
  settings.text_heads = text.integer("num_attention_heads", kTextHeads, 1, kMostHeads);
  settings.activation = vision.choice("hidden_act", Activation::kQuickGelu, kActivationWords);
  if (text.choice("hidden_act", Activation::kQuickGelu, kActivationWords) != settings.activation) {
    throw Error(ErrorCode::kBadModelConfig, file.string() + ": 'hidden_act' differs between the two towers",
                "both towers of a model have one activation here");
  }
}

/// Mean and deviation on the 0-255 scale; nullopt where the file states neither.
std::optional<Normalisation> read_normalisation(const fs::path& file) {
  const auto json = parse(file);
  JsonFields fields(json, file.string());
  const auto mean = fields.numbers("image_mean", {}, 3), std = fields.numbers("image_std", {}, 3);
  if (mean.empty() || std.empty()) return std::nullopt;
  Normalisation image;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    image.mean[i] = static_cast<float>(mean[i]) * 255;
    image.std[i] = static_cast<float>(std[i]) * 255;
  }
  check_normalisation(image, file.string());
  return image;
}

}  // namespace

CheckpointSettings read_hugging_face_settings(const fs::path& folder, std::vector<fs::path>& files) {
  CheckpointSettings settings;
  const fs::path config = folder / "config.json", image = folder / "preprocessor_config.json";
  if (may_exist(config)) {
    read_config(config, settings);
    files.push_back(config);
  }
  if (may_exist(image)) settings.image = read_normalisation(image);
  return settings;
}

}  // namespace relprompt::model
