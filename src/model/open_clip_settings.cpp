#include "model/open_clip_settings.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_read.h"
#include "model/limits.h"
#include "model/open_clip_keys.h"
#include "model/timm_tower.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::json;

constexpr JsonRules kOpenClipJson = {ErrorCode::kBadModelConfig, std::size_t{1} << 20};

/// An object of the file; the file must outlive it.
class Part {
 public:
  Part(const Json& object, std::string where)
      : json_(object), where_(std::move(where)), fields_(json_, where_) {}

  /// Empty for an absent key and for null.
  Part object(const char* key) const {
    static const Json empty = Json::object();
    return {fields_.has(key) ? json_.at(key) : empty, named(key)};
  }
  void check_keys(OpenClipPart part, CheckpointSettings& settings) const {
    check_open_clip_keys(part, json_, where_, settings.notes);
  }
  /// How messages call a key.
  std::string named(const char* key) const { return fmt::format("{} '{}'", where_, key); }
  JsonFields& fields() { return fields_; }

  std::int64_t integer(const char* key, std::int64_t fallback, std::int64_t high) {
    return fields_.integer(key, fallback, 1, high);
  }

  /// One number, or one each for height and width that are equal.
  std::int64_t side(const char* key, std::int64_t fallback, std::int64_t high) {
    if (!fields_.has(key) || !json_.at(key).is_array()) return integer(key, fallback, high);
    const auto sides = fields_.integers(key, 1, high);
    if (sides.size() == 2 && sides[0] == sides[1]) return sides[0];
    throw Error(ErrorCode::kBadModelConfig, named(key) + " is neither one number nor two equal ones",
                "only towers for square images are read");
  }

  /// One number for each channel or for all three, on the 0-255 scale.
  std::array<float, 3> levels(const char* key, const std::array<float, 3>& fallback) {
    if (!fields_.has(key)) return fallback;
    const auto values = json_.at(key).is_array() ? fields_.numbers(key, {}, 3)
                                                 : std::vector<double>(3, fields_.number(key, 0));
    std::array<float, 3> levels{};
    for (std::size_t i = 0; i < 3; ++i) levels[i] = static_cast<float>(values[i] * 255);
    return levels;
  }

 private:
  const Json& json_;
  std::string where_;
  JsonFields fields_;
};

/// Numbers of the norms' epsilon: open_clip leaves it to LibTorch unless it is stated.
float norm_epsilon(const Part& tower) {
  Part norms = tower.object("norm_kwargs");
  return static_cast<float>(norms.fields().number("eps", kNormEpsilon, kLeastEpsilon, kLargestEpsilon));
}

/// As open_clip rounds it.
StatedSize mlp_width(Part& tower, std::int64_t width, std::int64_t (*of)(const ClipConfig&), bool of_text) {
  const double ratio = tower.fields().number("mlp_ratio", 4, 1e-3, 64);
  return {tower.named("mlp_ratio") + " times 'width'",
          static_cast<std::int64_t>(static_cast<double>(width) * ratio), of, of_text};
}

/// A tower of the timm library, whose name says what the other keys do not.
void read_timm_image_tower(Part& tower, CheckpointSettings& settings) {
  const auto timm =
      read_timm_tower(tower.fields().text("timm_model_name", ""), tower.named("timm_model_name"));
  const auto refuse = [&](const char* key, const char* what) {
    throw Error(ErrorCode::kBadModelConfig, fmt::format("{} asks for {}", tower.named(key), what),
                "read are towers with 'timm_pool' token and 'timm_proj' linear");
  };
  const auto pool = tower.fields().text("timm_pool", "avg");  // empty: timm's own, by the class token
  if (pool != "token" && !pool.empty()) refuse("timm_pool", "another pooling than the class token");
  if (tower.fields().text("timm_proj", "linear") != "linear")
    refuse("timm_proj", "another projection than a linear one");
  if (tower.fields().boolean("timm_proj_bias", false)) refuse("timm_proj_bias", "a projection with a bias");
  if (timm.activation != settings.activation) {
    throw Error(ErrorCode::kBadModelConfig,
                tower.named("timm_model_name") + " and 'quick_gelu' name two activations",
                "both towers of a model have one activation here");
  }
  settings.norm_epsilon = kNormEpsilon;
  settings.sizes.push_back(
      {tower.named("timm_model_name"), timm.patch, [](const ClipConfig& c) { return c.vision.patch; }});
}

void read_image_tower(Part tower, CheckpointSettings& settings) {
  tower.check_keys(OpenClipPart::kImageTower, settings);
  if (tower.fields().has("timm_model_name")) {
    read_timm_image_tower(tower, settings);
    return;
  }
  settings.norm_epsilon = norm_epsilon(tower);
  const auto width = tower.integer("width", 768, kMaxWidth),
             head = tower.integer("head_width", 64, kMaxWidth);
  if (width % head != 0) {
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{} {} does not divide 'width' {}", tower.named("head_width"), head, width));
  }
  settings.heads = width / head;
  const auto layers = tower.integer("layers", 12, kMaxTowerLayers);
  const auto patch = tower.side("patch_size", 16, kMaxPatch),
             size = tower.side("image_size", 224, kMaxPixels);
  const auto add = [&](const std::string& key, std::int64_t value, std::int64_t (*of)(const ClipConfig&)) {
    settings.sizes.push_back({key, value, of});
  };
  add(tower.named("width"), width, [](const ClipConfig& c) { return c.vision.width; });
  add(tower.named("layers"), layers, [](const ClipConfig& c) { return c.vision.layers; });
  add(tower.named("patch_size"), patch, [](const ClipConfig& c) { return c.vision.patch; });
  add(tower.named("image_size") + " over 'patch_size'", size / patch,
      [](const ClipConfig& c) { return c.vision.grid; });
  settings.sizes.push_back(mlp_width(
      tower, width, [](const ClipConfig& c) { return c.vision.mlp_width; }, false));
}

void read_text_tower(Part tower, CheckpointSettings& settings) {
  tower.check_keys(OpenClipPart::kTextTower, settings);
  settings.text_norm_epsilon = norm_epsilon(tower);
  settings.text_heads = tower.integer("heads", 8, kMaxWidth);
  const auto add = [&](const char* key, std::int64_t fallback, std::int64_t high,
                       std::int64_t (*of)(const ClipConfig&)) {
    settings.sizes.push_back({tower.named(key), tower.integer(key, fallback, high), of, true});
    return settings.sizes.back().value;
  };
  const auto width = add("width", 512, kMaxWidth, [](const ClipConfig& c) { return c.text.width; });
  add("layers", 12, kMaxTowerLayers, [](const ClipConfig& c) { return c.text.layers; });
  add("context_length", 77, kMaxContext, [](const ClipConfig& c) { return c.text.context; });
  add("vocab_size", 49408, kMaxVocab, [](const ClipConfig& c) { return c.text.vocab; });
  settings.sizes.push_back(mlp_width(
      tower, width, [](const ClipConfig& c) { return c.text.mlp_width; }, true));
}

/// The file's words for how images become network input. Images are resized as the published protocols of
/// dense heads do it, whatever its `interpolation` and `resize_mode`, which are for whole images.
Normalisation read_normalisation(Part image, const std::string& path) {
  const auto usual = Normalisation::clip();
  const Normalisation stated = {image.levels("mean", usual.mean), image.levels("std", usual.std)};
  image.fields().text("interpolation", "bicubic");
  image.fields().text("resize_mode", "shortest");
  check_normalisation(stated, path);
  return stated;
}

}  // namespace

CheckpointSettings read_open_clip_settings(const std::filesystem::path& path) {
  const auto json = read_json_file(path, kOpenClipJson, ErrorCode::kModelNotFound);
  Part file(json, path.string());
  file.fields().require("model_cfg");
  Part model = file.object("model_cfg");
  CheckpointSettings settings;
  model.check_keys(OpenClipPart::kModel, settings);
  model.fields().require("vision_cfg");
  model.fields().require("embed_dim");
  settings.activation =
      model.fields().boolean("quick_gelu", false) ? Activation::kQuickGelu : Activation::kGelu;
  settings.sizes.push_back({model.named("embed_dim"), model.integer("embed_dim", 512, kMaxWidth),
                            [](const ClipConfig& c) { return c.joint; }});
  read_image_tower(model.object("vision_cfg"), settings);
  read_text_tower(model.object("text_cfg"), settings);
  settings.image = read_normalisation(file.object("preprocess_cfg"), path.string());
  return settings;
}

}  // namespace relprompt::model
