#include "model/model_config.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "model/limits.h"
#include "model/prompt_check.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::ordered_json;

// Some kilobytes, and the words of its training's captions.
constexpr JsonRules kConfigJson = {ErrorCode::kBadModelConfig, std::size_t{1} << 20};

const std::vector<std::string> kVariants = {"paper", "official"};
const std::vector<std::string> kApgs = {"knowledge", "linear"};
const std::vector<std::string> kMerges = {"concatenation", "addition", "hadamard"};
const std::vector<std::string> kForms = {"a", "b", "c"};
const std::vector<std::string> kScoreKinds = {"sigmoid", "softmax"};

static_assert(kMaxLayers == kMaxTowerLayers, "what is imported must be readable as a model");

// No published CLIP comes near these; they only keep a hostile file from asking for absurd memory.
constexpr std::int64_t kMaxWidth = 16384, kMaxGrid = 1024, kMaxPatch = 256;
constexpr std::int64_t kMaxContext = 4096, kMaxVocab = 1 << 22, kMaxPixels = 1 << 16;

template <typename Enum>
const std::string& word(const std::vector<std::string>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

Json clip_json(const ModelConfig& c) {
  const auto& [vision, text, joint, activation] = c.clip;
  Json out = {{"patch", vision.patch},
              {"grid", vision.grid},
              {"width", vision.width},
              {"layers", vision.layers},
              {"heads", vision.heads},
              {"mlp_width", vision.mlp_width},
              {"joint", joint},
              {"activation", name_of(kActivationWords, activation)},
              {"text",
               {{"width", text.width},
                {"layers", text.layers},
                {"heads", text.heads},
                {"mlp_width", text.mlp_width},
                {"context", text.context},
                {"vocab", text.vocab}}}};
  if (!c.clip_sha256.empty()) out["sha256"] = c.clip_sha256;
  if (!c.clip_path.empty()) out["path"] = c.clip_path;
  return out;
}

}  // namespace

Json prompts_json(const PromptConfig& prompts) {
  const auto& rpm = prompts.rpm;
  return {{"method", name_of(prompts.peft.method)},
          {"lora_rank", prompts.peft.lora_rank},
          {"adapter_width", prompts.peft.adapter_width},
          {"vpt_tokens", prompts.peft.vpt_tokens},
          {"lst_reduction", prompts.peft.lst_reduction},
          {"variant", word(kVariants, rpm.variant)},
          {"knowledge_grid", rpm.knowledge_grid},
          {"visual_prompt_tokens", rpm.visual_prompt_tokens},
          {"use_m2oe", rpm.use_m2oe},
          {"m2oe",
           {{"rank", rpm.m2oe.rank},
            {"experts", rpm.m2oe.experts},
            {"top_k", rpm.m2oe.top_k},
            {"gate", rpm.m2oe.gate}}},
          {"image_level_attention", rpm.itp.image_level},
          {"pixel_level_attention", rpm.itp.pixel_level},
          {"apg", word(kApgs, rpm.apg)},
          {"merge", word(kMerges, rpm.merge)},
          {"layers", rpm.layers},
          {"lpm", word(kForms, prompts.lpm.form)},
          {"lpm_trained", prompts.lpm.trained}};
}

namespace {

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
  joint = fields.integer("joint", joint, 1, kMaxWidth);
  activation = fields.choice("activation", Activation::kQuickGelu, kActivationWords);
  config.clip_sha256 = fields.text("sha256", "");
  config.clip_path = read_path(fields);
  JsonFields words = fields.object("text");
  text.width = words.integer("width", text.width, 1, kMaxWidth);
  text.layers = words.integer("layers", text.layers, 0, kMaxLayers);
  text.heads = words.integer("heads", text.heads, 1, text.width);
  text.mlp_width = words.integer("mlp_width", text.mlp_width, 1, 8 * kMaxWidth);
  text.context = words.integer("context", text.context, 1, kMaxContext);
  text.vocab = words.integer("vocab", text.vocab, 1, kMaxVocab);
  words.finish();
  fields.finish();
}

}  // namespace

PromptConfig read_prompts(JsonFields fields, std::int64_t layers) {
  PromptConfig prompts;
  auto& peft = prompts.peft;
  peft.method = static_cast<Method>(fields.choice("method", 0, method_names()));
  peft.lora_rank = fields.integer("lora_rank", peft.lora_rank, 1, 1024);
  peft.adapter_width = fields.integer("adapter_width", peft.adapter_width, 1, kMaxWidth);
  peft.vpt_tokens = fields.integer("vpt_tokens", peft.vpt_tokens, 1, 4096);
  peft.lst_reduction = fields.integer("lst_reduction", peft.lst_reduction, 1, kMaxWidth);
  auto& rpm = prompts.rpm;
  rpm.variant = static_cast<Variant>(fields.choice("variant", 0, kVariants));
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
  rpm.apg = static_cast<Apg>(fields.choice("apg", 0, kApgs));
  rpm.merge = static_cast<Merge>(fields.choice("merge", 0, kMerges));
  rpm.layers = fields.integers("layers", 1, layers);
  prompts.lpm.form = static_cast<Form>(fields.choice("lpm", 2, kForms));
  prompts.lpm.trained = fields.boolean("lpm_trained", true);
  prompts.lpm.second_text_linear = rpm.variant == Variant::kOfficial;
  fields.finish();
  return prompts;
}

namespace {

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
  int8.photos = fields.integer("photos", 0, 0, std::int64_t{1} << 40);
  int8.bf16_layers = fields.integers("layers_in_bf16", 1, layers);
  fields.finish();
  return int8;
}

/// Files of older versions have their words for the head under another key.
std::string read_head(JsonFields& fields, const std::string& fallback) {
  const std::vector<std::string> older = {"full", "value", "value_residual_mlp"};
  const char* const heads[] = {"none", "maskclip", "maskclip-residual"};
  const bool stated = fields.has("training_free");
  const auto place = fields.choice("training_free", 1, older);
  return fields.text("head", stated ? heads[place] : fallback);
}

/// One line of config.json, where a list would take a line a word.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
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

Normalisation Normalisation::image_net() {
  return {{123.675f, 116.28f, 103.53f}, {58.395f, 57.12f, 57.375f}};
}

Normalisation Normalisation::clip() {
  return {{0.48145466f * 255, 0.4578275f * 255, 0.40821073f * 255},
          {0.26862954f * 255, 0.26130258f * 255, 0.27577711f * 255}};
}

void check_normalisation(const Normalisation& image, const std::string& path) {
  // Far beyond any scale that colours have; photos stay numbers whatever lies between.
  constexpr float kSmallest = 1e-6f, kLargest = 1e6f;
  for (std::size_t i = 0; i < image.std.size(); ++i) {
    // Written so that NaN fails.
    if (!(image.std[i] >= kSmallest && image.std[i] <= kLargest)) {
      throw Error(
          ErrorCode::kBadModelConfig,
          fmt::format("{}: 'std' should be three numbers above 0 (from 1e-06 to 1e+06 on the 0-255 scale), "
                      "found {}",
                      path, image.std[i]));
    }
    if (!(std::abs(image.mean[i]) <= kLargest)) {
      throw Error(
          ErrorCode::kBadModelConfig,
          fmt::format("{}: 'mean' should be three numbers (at most 1e+06 on the 0-255 scale), found {}", path,
                      image.mean[i]));
    }
  }
}

TestProtocol TestProtocol::for_tower(const model::VisionConfig& vision) {
  constexpr std::int64_t kSmallestRealTower = 224;
  const auto size = vision.image_size();
  if (size >= kSmallestRealTower) return {};
  const int window = static_cast<int>(size);
  return {window, window, std::max(1, window * 426 / 512)};
}

std::string variant_name(const ModelConfig& config) {
  const bool has_variant = config.prompts && has_rpm(config.prompts->peft.method);
  return has_variant ? word(kVariants, config.prompts->rpm.variant) : "none";
}

std::string score_name(ScoreKind scores) {
  return word(kScoreKinds, scores);
}

std::string form_name(Form form) {
  return word(kForms, form);
}

std::string to_json(const ModelConfig& config) {
  Json out = {{"format", "relprompt"},
              {"format_version", 1},
              {"source", config.source},
              {"clip", clip_json(config)},
              {"image", {{"mean", config.image.mean}, {"std", config.image.std}}},
              {"prompts", config.prompts ? prompts_json(*config.prompts) : Json()},
              {"head", config.head},
              {"test",
               {{"short_side", config.test.short_side},
                {"window", config.test.window},
                {"stride", config.test.stride}}}};
  if (config.prompts) out["scores"] = score_name(config.scores);
  if (config.int8) {
    out["int8"] = {{"photos", config.int8->photos}, {"layers_in_bf16", config.int8->bf16_layers}};
  }
  if (!config.words.empty()) out["words"] = joined(config.words);
  return json_text(out, 2) + "\n";
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
  config.scores = static_cast<ScoreKind>(fields.choice("scores", 0, kScoreKinds));
  config.head = read_head(fields, config.head);
  config.test = read_test(fields.object("test"));
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
