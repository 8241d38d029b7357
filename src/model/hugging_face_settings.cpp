#include "model/hugging_face_settings.h"

#include <nlohmann/json.hpp>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_read.h"
#include "model/checkpoint_folder.h"
#include "model/limits.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// config.json and its kin have some kilobytes; with the names of 21,000 classes in them a megabyte.
constexpr JsonRules kHuggingFaceJson = {ErrorCode::kBadModelConfig, std::size_t{4} << 20};

// Defaults of the transformers library's CLIPVisionConfig and CLIPTextConfig.
constexpr std::int64_t kImageHeads = 12, kTextHeads = 8;

Json parse(const fs::path& file) {
  auto json = read_json_file(file, kHuggingFaceJson, ErrorCode::kModelNotFound);
  if (!json.is_object()) throw Error(ErrorCode::kBadModelConfig, file.string() + ": not a JSON object");
  return json;
}

/// The keys of a tower. Older files have a second object, `vision_config_dict`, whose keys the library
/// prefers.
Json tower_object(const Json& json, const std::string& key) {
  Json all = Json::object();
  for (const auto& name : {key, key + "_dict"}) {
    const auto part = json.find(name);
    if (part == json.end() || part->is_null()) continue;
    if (!part->is_object()) return *part;  // JsonFields says what is wrong
    all.update(*part);
  }
  return all;
}

/// What config.json states of one tower.
class Tower {
 public:
  Tower(const Json& json, const char* key, const fs::path& file)
      : object_(tower_object(json, key)),
        where_(file.string() + " '" + key + "'"),
        fields_(object_, where_) {}

  JsonFields& fields() { return fields_; }

  std::optional<float> norm_epsilon() {
    if (!fields_.has("layer_norm_eps")) return std::nullopt;
    return static_cast<float>(fields_.number("layer_norm_eps", 0, kLeastEpsilon, kLargestEpsilon));
  }
  /// A size that the tensors show too; nothing if the key is absent.
  std::int64_t size(const char* key, std::int64_t high, std::int64_t (*of)(const ClipConfig&), bool of_text,
                    CheckpointSettings& settings) {
    const auto value = fields_.integer(key, 0, 1, high);
    if (value != 0) settings.sizes.push_back({where_ + " '" + key + "'", value, of, of_text});
    return value;
  }
  std::string named(const char* key) const { return where_ + " '" + key + "'"; }

 private:
  Json object_;
  std::string where_;
  JsonFields fields_;
};

void read_sizes(Tower& image, Tower& text, CheckpointSettings& settings) {
  const auto of_image = [&](const char* key, std::int64_t high, std::int64_t (*of)(const ClipConfig&)) {
    return image.size(key, high, of, false, settings);
  };
  const auto of_text = [&](const char* key, std::int64_t high, std::int64_t (*of)(const ClipConfig&)) {
    return text.size(key, high, of, true, settings);
  };
  of_image("hidden_size", kMaxWidth, [](const ClipConfig& c) { return c.vision.width; });
  of_image("intermediate_size", 8 * kMaxWidth, [](const ClipConfig& c) { return c.vision.mlp_width; });
  of_image("num_hidden_layers", kMaxTowerLayers, [](const ClipConfig& c) { return c.vision.layers; });
  const auto patch = of_image("patch_size", kMaxPatch, [](const ClipConfig& c) { return c.vision.patch; });
  const auto pixels = image.fields().integer("image_size", 0, 1, kMaxPixels);
  if (patch != 0 && pixels != 0) {
    settings.sizes.push_back({image.named("image_size") + " over 'patch_size'", pixels / patch,
                              [](const ClipConfig& c) { return c.vision.grid; }});
  }
  of_text("hidden_size", kMaxWidth, [](const ClipConfig& c) { return c.text.width; });
  of_text("intermediate_size", 8 * kMaxWidth, [](const ClipConfig& c) { return c.text.mlp_width; });
  of_text("num_hidden_layers", kMaxTowerLayers, [](const ClipConfig& c) { return c.text.layers; });
  of_text("max_position_embeddings", kMaxContext, [](const ClipConfig& c) { return c.text.context; });
  of_text("vocab_size", kMaxVocab, [](const ClipConfig& c) { return c.text.vocab; });
}

void read_config(const fs::path& file, CheckpointSettings& settings) {
  const auto json = parse(file);
  JsonFields whole(json, file.string());
  const auto type = whole.text("model_type", "clip");
  if (type != "clip") {
    throw Error(ErrorCode::kBadModelConfig,
                file.string() + ": 'model_type' is '" + type.substr(0, 60) + "', expected 'clip'",
                "of the transformers library's models, CLIPModel is read");
  }
  Tower image(json, "vision_config", file), text(json, "text_config", file);
  settings.heads = image.fields().integer("num_attention_heads", kImageHeads, 1, kMaxWidth);
  settings.text_heads = text.fields().integer("num_attention_heads", kTextHeads, 1, kMaxWidth);
  settings.activation = image.fields().choice("hidden_act", Activation::kQuickGelu, kActivationWords);
  if (text.fields().choice("hidden_act", Activation::kQuickGelu, kActivationWords) != settings.activation) {
    throw Error(ErrorCode::kBadModelConfig, file.string() + ": 'hidden_act' differs between the two towers",
                "both towers of a model have one activation here");
  }
  settings.norm_epsilon = image.norm_epsilon();
  settings.text_norm_epsilon = text.norm_epsilon();
  read_sizes(image, text, settings);
  // The towers may state it as well; the library goes by this one.
  const auto joint = whole.integer("projection_dim", 0, 1, kMaxWidth);
  if (joint == 0) return;
  settings.sizes.push_back(
      {file.string() + " 'projection_dim'", joint, [](const ClipConfig& c) { return c.joint; }});
}

/// Mean and deviation on the 0-255 scale; nullopt where the file states neither.
std::optional<Normalisation> read_normalisation(const fs::path& file) {
  const auto json = parse(file);
  JsonFields fields(json, file.string());
  const auto mean = fields.numbers("image_mean", {}, 3), std = fields.numbers("image_std", {}, 3);
  if (mean.empty() || std.empty()) return std::nullopt;
  // What an image's numbers are multiplied by first: usually 1/255, and then these lie between 0 and 1.
  const double levels = 1 / fields.number("rescale_factor", 1.0 / 255, 1e-6, 1e3);
  const double scale = fields.boolean("do_rescale", true) ? levels : 1;
  Normalisation image;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    image.mean[i] = static_cast<float>(mean[i] * scale);
    image.std[i] = static_cast<float>(std[i] * scale);
  }
  if (!fields.boolean("do_normalize", true)) {
    throw Error(ErrorCode::kBadModelConfig, file.string() + ": 'do_normalize' is false",
                "a CLIP without a normalisation of its images is not known");
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
