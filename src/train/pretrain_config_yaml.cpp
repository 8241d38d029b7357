// PretrainConfig from YAML and back.
#include <limits>

#include <fmt/format.h>

#include "base/json_fields.h"
#include "config/document.h"
#include "config/yaml.h"
#include "train/pretrain_config.h"
#include "world/options.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr Word<CaptionKind> kCaptionWords[] = {{CaptionKind::kNames, "names"},
                                               {CaptionKind::kSentences, "sentences"}};

constexpr std::int64_t kMany = std::int64_t{1} << 40;
constexpr int kMaxBatch = 1 << 16, kMaxWidth = 4096, kMaxLayers = 64, kMaxMerges = 10000;

template <typename Number>
void read_count(JsonFields& fields, const std::string& key, Number& value, std::int64_t low,
                std::int64_t high = kMany) {
  value = static_cast<Number>(fields.integer(key, static_cast<std::int64_t>(value), low, high));
}

void read_text_tower(JsonFields fields, model::TextConfig& text) {
  read_count(fields, "width", text.width, 1, kMaxWidth);
  read_count(fields, "layers", text.layers, 1, kMaxLayers);
  read_count(fields, "heads", text.heads, 1, text.width);
  read_count(fields, "context", text.context, 8, 4096);
  fields.finish();
  text.mlp_width = 4 * text.width;
}

void read_model(JsonFields fields, PretrainConfig& config) {
  auto& vision = config.clip.vision;
  auto size = vision.image_size();
  read_count(fields, "patch", vision.patch, 1, 256);
  read_count(fields, "image_size", size, vision.patch, world::kLargestScene);
  read_count(fields, "width", vision.width, 4, kMaxWidth);
  read_count(fields, "layers", vision.layers, 1, kMaxLayers);
  read_count(fields, "heads", vision.heads, 1, vision.width);
  read_count(fields, "joint", config.clip.joint, 1, kMaxWidth);
  read_count(fields, "merges", config.merges, 1, kMaxMerges);
  read_text_tower(fields.object("text"), config.clip.text);
  fields.finish();
  vision.grid = size / vision.patch;
  vision.mlp_width = 4 * vision.width;
}

void read_phase(JsonFields fields, PretrainPhase& phase) {
  read_count(fields, "iterations", phase.iterations, 0);
  read_count(fields, "size", phase.size, world::kSmallestScene, world::kLargestScene);
  read_count(fields, "batch", phase.batch, 2, kMaxBatch);
  read_count(fields, "min_objects", phase.min_objects, 0, world::kMostObjects);
  read_count(fields, "max_objects", phase.max_objects, phase.min_objects, world::kMostObjects);
  phase.captions = fields.choice("captions", phase.captions, kCaptionWords);
  read_count(fields, "ground_every", phase.ground_every, 0, kMaxBatch);
  phase.rate = fields.number("rate", phase.rate, 0, 1);
  phase.patch_weight = fields.number("patch_weight", phase.patch_weight, 0, 1000);
  fields.finish();
}

void read_optimizer(JsonFields fields, PretrainConfig& config) {
  read_count(fields, "warmup_iterations", config.warmup_iterations, 0);
  config.weight_decay = fields.number("weight_decay", config.weight_decay, 0, 10);
  config.clip_gradient = fields.number("clip_gradient", config.clip_gradient, 0);
  fields.finish();
}

void read_train(JsonFields fields, PretrainConfig& config) {
  read_count(fields, "loader_threads", config.loader_threads, 0, 256);
  read_count(fields, "log_every", config.log_every, 1);
  read_count(fields, "checkpoint_every", config.checkpoint_every, 1);
  read_count(fields, "evaluate_every", config.evaluate_every, 0);
  read_count(fields, "evaluate_scenes", config.evaluate_scenes, 1, 1 << 20);
  fields.finish();
}

/// What no single key can tell.
void check(const PretrainConfig& config, const std::string& source) {
  const auto refuse = [&](const std::string& problem) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{}: {}", source, problem));
  };
  const auto& [vision, text, joint, activation] = config.clip;
  if (vision.image_size() % vision.patch != 0 || vision.grid < 1) refuse("'model' 'image_size' is too small");
  if (vision.width % vision.heads != 0 || text.width % text.heads != 0) {
    refuse("'model': 'heads' should divide 'width' in both towers");
  }
  // Sine and cosine of rows and of columns share the width.
  if (vision.width % 4 != 0) refuse(fmt::format("'model' 'width' is {}, no multiple of 4", vision.width));
  for (const auto& phase : config.phases) {
    if (phase.size % vision.patch == 0) continue;
    refuse(fmt::format("'phases' '{}' 'size' is {}, no multiple of the patch of {}", phase.name, phase.size,
                       vision.patch));
  }
  if (config.iterations() == 0) refuse("all phases have 0 iterations");
}

PretrainConfig read(const nlohmann::json& document, const std::string& source) {
  JsonFields fields(document, source, ErrorCode::kBadArgument);
  PretrainConfig config;
  config.name = fields.text("name", fs::path(source).stem().string());
  read_model(fields.object("model"), config);
  JsonFields phases = fields.object("phases");
  for (auto& phase : config.phases) read_phase(phases.object(phase.name), phase);
  phases.finish();
  config.patch_sharpness = fields.number("patch_sharpness", config.patch_sharpness, 0, 1000);
  read_optimizer(fields.object("optimizer"), config);
  read_train(fields.object("train"), config);
  read_count(fields, "seed", config.seed, 0, std::numeric_limits<std::int64_t>::max());
  read_count(fields, "threads", config.threads, 0, 4096);
  fields.finish();
  check(config, source);
  return config;
}

Json model_json(const PretrainConfig& config) {
  const auto& [vision, text, joint, activation] = config.clip;
  return {
      {"patch", vision.patch},
      {"image_size", vision.image_size()},
      {"width", vision.width},
      {"layers", vision.layers},
      {"heads", vision.heads},
      {"joint", joint},
      {"merges", config.merges},
      {"text",
       {{"width", text.width}, {"layers", text.layers}, {"heads", text.heads}, {"context", text.context}}}};
}

Json phase_json(const PretrainPhase& phase) {
  return {{"iterations", phase.iterations},
          {"size", phase.size},
          {"batch", phase.batch},
          {"min_objects", phase.min_objects},
          {"max_objects", phase.max_objects},
          {"captions", name_of(kCaptionWords, phase.captions)},
          {"ground_every", phase.ground_every},
          {"rate", phase.rate},
          {"patch_weight", phase.patch_weight}};
}

}  // namespace

PretrainConfig read_pretrain_config(const fs::path& path, const std::vector<std::string>& overrides) {
  return read(config::read_document(path, overrides), path.string());
}

PretrainConfig parse_pretrain_config(const std::string& yaml, const std::string& source,
                                     const std::vector<std::string>& overrides) {
  return read(config::parse_document(yaml, source, overrides), source);
}

std::string to_yaml(const PretrainConfig& config) {
  Json phases = Json::object();
  for (const auto& phase : config.phases) phases[phase.name] = phase_json(phase);
  const Json document = {{"name", config.name},
                         {"model", model_json(config)},
                         {"phases", phases},
                         {"patch_sharpness", config.patch_sharpness},
                         {"optimizer",
                          {{"warmup_iterations", config.warmup_iterations},
                           {"weight_decay", config.weight_decay},
                           {"clip_gradient", config.clip_gradient}}},
                         {"train",
                          {{"loader_threads", config.loader_threads},
                           {"log_every", config.log_every},
                           {"checkpoint_every", config.checkpoint_every},
                           {"evaluate_every", config.evaluate_every},
                           {"evaluate_scenes", config.evaluate_scenes}}},
                         {"seed", config.seed},
                         {"threads", config.threads}};
  return config::to_yaml(document);
}

}  // namespace relprompt::train
