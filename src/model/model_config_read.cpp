// A config out of config.json, every number within its range.
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "base/json_read.h"
#include "model/limits.h"
#include "model/model_config.h"
#include "model/prompt_check.h"

namespace relprompt::model {
namespace {

// Some kilobytes, and the words of its training's captions.
constexpr JsonRules kConfigJson = {ErrorCode::kBadModelConfig, std::size_t{1} << 20};

static_assert(kMaxLayers == kMaxTowerLayers, "what is imported must be readable as a model");

/// Of a tower's norms.
float read_epsilon(JsonFields& fields) {
  return static_cast<float>(fields.number("norm_epsilon", kNormEpsilon, kLeastEpsilon, kLargestEpsilon));
}

/// The path of a file whose name is no UTF-8 has its bytes under a key of their own (base/json_output.h).
std::string read_path(JsonFields& fields) {
  const std::string path = fields.text("path", ""), encoded = fields.text("path_bytes", "");
  if (encoded.empty()) return path;
  const auto bytes = percent_decoded(encoded);
  if (!bytes) {
    throw Error(ErrorCode::kBadModelConfig, "a model's 'clip' 'path_bytes' is no percent-encoded text");
  }
  return *bytes;
}

void read_clip(JsonFields fields, ModelConfig& config) {
  auto& [vision, text, joint, activation] = config.clip;
  vision.patch = fields.integer("patch", vision.patch, 1, kMaxPatch);
  vision.grid = fields.integer("grid", vision.grid, 1, kMaxGrid);
  vision.width = fields.integer("width", vision.width, 1, kMaxWidth);
  vision.layers = fields.integer("layers", vision.layers, 1, kMaxLayers);
  vision.heads = fields.integer("heads", vision.heads, 1, vision.width);
  vision.mlp_width = fields.integer("mlp_width", vision.mlp_width, 1, 8 * kMaxWidth);
  vision.norm_epsilon = read_epsilon(fields);
  joint = fields.integer("joint", joint, 1, kMaxWidth);
  activation = fields.choice("activation", Activation::kQuickGelu, kActivationWords);
  config.clip_sha256 = fields.text("sha256", "");
  config.clip_path = read_path(fields);
  JsonFields words = fields.object("text");
  text.width = words.integer("width", text.width, 1, kMaxWidth);
  text.layers = words.integer("layers", text.layers, 0, kMaxLayers);
  text.heads = words.integer("heads", text.heads, 1, text.width);
  text.mlp_width = words.integer("mlp_width", text.mlp_width, 1, 8 * kMaxWidth);
  text.norm_epsilon = read_epsilon(words);
  text.context = words.integer("context", text.context, 1, kMaxContext);
  text.vocab = words.integer("vocab", text.vocab, 1, kMaxVocab);
  words.finish();
  fields.finish();
}

std::array<float, 3> three(const std::vector<double>& values) {
  return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

Normalisation read_image(JsonFields fields, const std::string& path) {
  const auto fallback = Normalisation::clip();
  Normalisation image;
  image.mean = three(fields.numbers("mean", {fallback.mean[0], fallback.mean[1], fallback.mean[2]}, 3));
  image.std = three(fields.numbers("std", {fallback.std[0], fallback.std[1], fallback.std[2]}, 3));
  fields.finish();
  check_normalisation(image, path);
  return image;
}

TestProtocol read_test(JsonFields fields) {
  TestProtocol test;
  test.short_side = static_cast<int>(fields.integer("short_side", test.short_side, 1, kMaxPixels));
  test.window = static_cast<int>(fields.integer("window", test.window, 1, kMaxPixels));
  test.stride =
      static_cast<int>(fields.integer("stride", std::min(test.stride, test.window), 1, test.window));
  fields.finish();
  return test;
}

Int8Config read_int8(JsonFields fields, std::int64_t layers) {
  Int8Config int8;
  const auto older = fields.integer("photos", 0, 0, std::int64_t{1} << 40);  // its name until version 0.1
  int8.images = fields.integer("images", older, 0, std::int64_t{1} << 40);
  int8.bf16_layers = fields.integers("layers_in_bf16", 1, layers);
  fields.finish();
  return int8;
}

/// Files of older versions have their words for the head under another key.
std::string read_head(JsonFields& fields, const std::string& fallback) {
  const std::vector<std::string> older = {"value", "value_residual_mlp", "full"};
  const std::vector<std::string> heads = {"maskclip", "maskclip-residual", "none"};
  const bool stated = fields.has("training_free");
  const auto place = fields.choice("training_free", 0, older);
  return fields.text("head", stated ? heads[place] : fallback);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

void check_heads(const ModelConfig& config, const std::string& path) {
  const auto& [vision, text, joint, activation] = config.clip;
  if (vision.width % vision.heads == 0 && text.width % text.heads == 0) return;
  throw Error(ErrorCode::kBadModelConfig, path + ": 'heads' should divide 'width' in both towers");
}

}  // namespace

ResClipOptions read_resclip(JsonFields fields) {
  ResClipOptions options;
  constexpr double kLeast = 1e-3, kMost = 1e4;
  options.total = fields.number("total", options.total, kLeast, kMost);
  options.middle_share = fields.number("middle_share", options.middle_share, 0, 1);
  options.feedback_total = fields.number("feedback_total", options.feedback_total, kLeast, kMost);
  options.feedback_share = fields.number("feedback_share", options.feedback_share, 0, 1);
  options.label_scale = fields.number("label_scale", options.label_scale, kLeast, kMost);
  options.label_threshold = fields.number("label_threshold", options.label_threshold, 0, 1);
  fields.finish();
  return options;
}

PromptConfig read_prompts(JsonFields fields, std::int64_t layers) {
  PromptConfig prompts;
  auto& peft = prompts.peft;
  peft.method = fields.choice("method", Method::kRpn, kMethodWords);
  peft.lora_rank = fields.integer("lora_rank", peft.lora_rank, 1, 1024);
  peft.adapter_width = fields.integer("adapter_width", peft.adapter_width, 1, kMaxWidth);
  peft.vpt_tokens = fields.integer("vpt_tokens", peft.vpt_tokens, 1, 4096);
  peft.lst_reduction = fields.integer("lst_reduction", peft.lst_reduction, 1, kMaxWidth);
  auto& rpm = prompts.rpm;
  rpm.variant = fields.choice("variant", Variant::kPaper, kVariantWords);
  rpm.knowledge_grid = fields.integer("knowledge_grid", rpm.knowledge_grid, 1, kMaxGrid);
  rpm.visual_prompt_tokens = fields.integer("visual_prompt_tokens", rpm.visual_prompt_tokens, 0, 4096);
  rpm.use_m2oe = fields.boolean("use_m2oe", rpm.use_m2oe);
  JsonFields m2oe = fields.object("m2oe");
  rpm.m2oe.rank = m2oe.integer("rank", rpm.m2oe.rank, 1, 1024);
  rpm.m2oe.experts = m2oe.integer("experts", rpm.m2oe.experts, 1, 16);
  rpm.m2oe.top_k = m2oe.integer("top_k", rpm.m2oe.top_k, 1, rpm.m2oe.experts);
  rpm.m2oe.gate = m2oe.boolean("gate", rpm.m2oe.gate);
  m2oe.finish();
  rpm.itp.image_level = fields.boolean("image_level_attention", true);
  rpm.itp.pixel_level = fields.boolean("pixel_level_attention", true);
  rpm.apg = fields.choice("apg", Apg::kKnowledge, kApgWords);
  rpm.merge = fields.choice("merge", Merge::kConcatenation, kMergeWords);
  rpm.layers = fields.integers("layers", 1, layers);
  prompts.lpm.form = fields.choice("lpm", Form::kC, kFormWords);
  prompts.lpm.trained = fields.boolean("lpm_trained", true);
  prompts.lpm.temperature = fields.number("lpm_temperature", 1, kLeastTemperature, kMostTemperature);
  prompts.lpm.second_text_linear = rpm.variant == Variant::kOfficial;
  fields.finish();
  return prompts;
}

ModelConfig parse_config(const std::string& text, const std::string& path) {
  const auto json = read_json(text, path, kConfigJson);
  JsonFields fields(json, path);
  ModelConfig config;
  fields.choice("format", 0, {"relprompt"});
  fields.integer("format_version", 1, 1, 1);
  config.source = fields.text("source", "");
  read_clip(fields.object("clip"), config);
  if (config.clip_path.find('\0') != std::string::npos) {
    throw Error(ErrorCode::kBadModelConfig, path + ": 'path' under 'clip' holds a zero");
  }
  config.image = read_image(fields.object("image"), path);
  const bool has_prompts = fields.has("prompts");
  JsonFields prompts = fields.object("prompts");
  if (has_prompts) config.prompts = read_prompts(prompts, config.clip.vision.layers);
  config.scores = fields.choice("scores", ScoreKind::kSigmoid, kScoreWords);
  config.head = read_head(fields, config.head);
  config.resclip = read_resclip(fields.object("resclip"));
  config.test = read_test(fields.object("test"));
  config.refine = fields.choice("refine", Refinement::kNone, kRefinementWords);
  const bool has_dense = fields.has("dense");
  JsonFields dense = fields.object("dense");
  if (has_dense) config.dense = read_protocol(dense);
  const bool refined = fields.has("int8");
  JsonFields int8 = fields.object("int8");
  if (refined) config.int8 = read_int8(int8, config.clip.vision.layers);
  config.words = words_of(fields.text("words", ""));
  fields.finish();
  check_heads(config, path);
  if (config.prompts) check_prompts(*config.prompts, config.clip.vision, path + " 'prompts'");
  return config;
}

bool is_model_folder(const std::filesystem::path& folder) {
  const auto json = try_read_json_file(folder / "config.json", kConfigJson);
  return json.is_object() && json.value("format", nlohmann::json()) == "relprompt";
}

}  // namespace relprompt::model
