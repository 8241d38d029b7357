#include "model/random_model.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_read.h"
#include "base/random.h"
#include "model/clip_tensors.h"
#include "model/model_folder.h"
#include "model/presets.h"
#include "model/prompt_tensors.h"

namespace relprompt::model {
namespace {

bool one_of(const std::string& word, const std::set<std::string>& words) {
  return words.count(word) > 0;
}

/// Offset and scale of the uniform numbers of a tensor.
struct Spread {
  double offset = 0, scale = 1;
};

Spread spread_of(const std::string& name, const std::vector<std::int64_t>& shape) {
  const std::string leaf = name.substr(name.rfind('.') + 1);
  if (one_of(leaf, {"bias", "in_proj_bias"})) return {0, 0.1};
  const bool embedding = one_of(leaf, {"class_embedding", "positional_embedding", "vpt"}) ||
                         name.find("token_embedding") != std::string::npos;
  if (embedding) return {0, 0.5};
  if (shape.size() == 1) return {1, 0.1};
  // Matrices that multiply from the right have their inputs along dimension 0, all others along the rest.
  double fan_in = static_cast<double>(shape[0]);
  if (!one_of(leaf, {"proj", "text_projection", "gate", "noise", "h"})) {
    fan_in = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= static_cast<double>(shape[i]);
  }
  return {0, std::sqrt(3.0 / fan_in)};
}

/// Sets one key of the `prompts` object, "m2oe.rank" being the one inside "m2oe".
void set(nlohmann::json& prompts, const std::string& setting) {
  const auto equals = setting.find('=');
  if (equals == std::string::npos) {
    throw Error(ErrorCode::kBadArgument, fmt::format("setting '{}': expected KEY=VALUE", setting));
  }
  const auto key = setting.substr(0, equals), text = setting.substr(equals + 1);
  auto value = try_read_json(text);
  if (value.is_discarded()) value = text;
  const auto dot = key.find('.');
  const bool nested = dot != std::string::npos && prompts.contains(key.substr(0, dot)) &&
                      prompts.at(key.substr(0, dot)).is_object();
  (nested ? prompts[key.substr(0, dot)][key.substr(dot + 1)] : prompts[key]) = value;
}

/// Method and settings go the way of a config file, so that they are checked by the same rules.
ModelConfig with_settings(const ModelConfig& config, const RandomModelOptions& options) {
  auto json = nlohmann::json(reread_json(to_json(config)));
  auto& prompts = json["prompts"];
  prompts["method"] = options.method;
  if (options.visual_prompt_tokens > 0) prompts["vpt_tokens"] = options.visual_prompt_tokens;
  for (const auto& setting : options.settings) set(prompts, setting);
  try {
    return parse_config(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "settings");
  } catch (const Error& error) {
    throw Error(ErrorCode::kBadArgument, error.what());
  }
}

}  // namespace

ModelConfig random_model_config(const RandomModelOptions& options) {
  ModelConfig config;
  config.source = fmt::format("random weights, seed {}: its masks mean nothing", options.seed);
  config.clip = preset(options.architecture);
  auto& vision = config.clip.vision;
  if (options.image_size < vision.patch || options.image_size > 4096) {
    throw Error(ErrorCode::kBadArgument, fmt::format("image size {}: expected {} (one patch) to 4096 pixels",
                                                     options.image_size, vision.patch));
  }
  if (options.visual_prompt_tokens < 0 || options.visual_prompt_tokens > 4096) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} visual prompt tokens: expected 0 to 4096", options.visual_prompt_tokens));
  }
  vision.grid = options.image_size / vision.patch;
  PromptConfig prompts;
  if (options.variant == "official") {
    prompts.rpm.variant = Variant::kOfficial;
    prompts.lpm.second_text_linear = true;
    config.image = Normalisation::image_net();
  } else if (options.variant != "paper") {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("variant '{}': expected paper or official", options.variant));
  }
  prompts.rpm.visual_prompt_tokens = options.visual_prompt_tokens;
  prompts.rpm.knowledge_grid = vision.grid;
  config.prompts = prompts;
  config.test = TestProtocol::for_tower(vision);
  return with_settings(config, options);
}

Tensor random_weights(const std::string& name, const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  if (shape.empty())
    return {shape, {static_cast<float>(std::log(1 / 0.07))}};  // as CLIP's training starts it
  const auto [offset, scale] = spread_of(name, shape);
  SplitMix64 random(fnv1a(name) ^ (seed * 0x9E3779B97F4A7C15u));
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  std::vector<float> values(static_cast<std::size_t>(count));
  const auto add = static_cast<float>(offset), times = static_cast<float>(scale);
  for (float& value : values) value = add + times * random.next_signed_unit();
  return {shape, std::move(values)};
}

void write_random_model(const std::filesystem::path& target, const RandomModelOptions& options) {
  ModelConfig config = random_model_config(options);
  ModelFolderWriter folder(target, options.replace);
  auto rows = image_tower_rows(config.clip);
  const auto text = text_tower_rows(config.clip);
  rows.insert(rows.end(), text.begin(), text.end());
  config.clip_sha256 = folder.write_tensors("clip.safetensors", rows, [&](const TensorRow& row) {
    return random_weights("clip." + row.name, row.shape, options.seed);
  });
  folder.write_tensors(
      "prompts.safetensors", prompt_rows(config.clip, *config.prompts),
      [&](const TensorRow& row) { return random_weights(row.name, row.shape, options.seed); });
  // Bytes and one merge, since a tokenizer file without any is refused as empty.
  folder.write_text("merges.txt", "#version: bytes and one merge\nt h\n");
  folder.write_text("config.json", to_json(config));
  folder.commit();
}

}  // namespace relprompt::model
