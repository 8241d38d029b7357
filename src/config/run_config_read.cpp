#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/document.h"
#include "config/misplaced_key.h"
#include "config/run_config_words.h"
#include "text/templates.h"

namespace relprompt::config {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();
constexpr int kMaxPixels = 1 << 16;
constexpr std::int64_t kMaxThreads = 4096;

template <typename Number>
void read_count(JsonFields& fields, const std::string& key, Number& value, std::int64_t low,
                std::int64_t high = kMany) {
  value = static_cast<Number>(fields.integer(key, static_cast<std::int64_t>(value), low, high));
}

std::vector<std::string> read_templates(JsonFields& fields, const nlohmann::json& document) {
  const std::string key = "templates";
  if (document.contains(key) && document[key].is_array()) {
    std::vector<std::string> sentences;
    for (const auto& entry : fields.texts(key)) {
      const bool set = std::find(kTemplateWords.begin(), kTemplateWords.end(), entry) != kTemplateWords.end();
      const auto some = set ? text::resolve_templates(entry) : std::vector{entry};
      sentences.insert(sentences.end(), some.begin(), some.end());
    }
    return sentences;
  }
  const auto set = kTemplateWords[fields.choice(key, 0, kTemplateWords)];
  return fields.has(key) ? text::resolve_templates(set) : std::vector<std::string>();
}

/// Titles and names, in the order of the keys, which is no order of labels.
std::vector<std::pair<std::string, std::vector<std::string>>> read_class_names(
    JsonFields fields, const nlohmann::json& document) {
  std::vector<std::pair<std::string, std::vector<std::string>>> names;
  const auto found = document.find("class_names");
  if (found == document.end() || !found->is_object()) return names;
  for (const auto& row : found->items()) {
    auto of_class = fields.texts(row.key());
    if (!of_class.empty()) names.emplace_back(row.key(), std::move(of_class));
  }
  fields.finish();
  return names;
}

void read_colors(JsonFields fields, image::ColorOptions& colors) {
  colors.brightness = fields.number("brightness", colors.brightness, 0, 255);
  colors.min_contrast = fields.number("min_contrast", colors.min_contrast, 0);
  colors.max_contrast = fields.number("max_contrast", colors.max_contrast, 0);
  colors.min_saturation = fields.number("min_saturation", colors.min_saturation, 0);
  colors.max_saturation = fields.number("max_saturation", colors.max_saturation, 0);
  read_count(fields, "hue", colors.hue, 0, 90);
  fields.finish();
}

void read_augment(JsonFields fields, image::AugmentOptions& augment) {
  read_count(fields, "long_side", augment.long_side, 1, kMaxPixels);
  read_count(fields, "short_side", augment.short_side, 1, kMaxPixels);
  augment.min_ratio = fields.number("min_ratio", augment.min_ratio, 0, 16);
  augment.max_ratio = fields.number("max_ratio", augment.max_ratio, 0, 16);
  read_count(fields, "crop", augment.crop, 1, 16384);
  augment.cat_max_ratio = fields.number("cat_max_ratio", augment.cat_max_ratio, 0, 1);
  read_count(fields, "crop_tries", augment.crop_tries, 1, 1000);
  augment.flip = fields.number("flip", augment.flip, 0, 1);
  augment.distort = fields.boolean("distort", augment.distort);
  read_colors(fields.object("colors"), augment.colors);
  fields.finish();
}

void read_loss(JsonFields fields, model::LossOptions& options) {
  options.kind = fields.choice("kind", options.kind, model::kLossWords);
  auto& sigmoid = options.sigmoid;
  sigmoid.focal_weight = fields.number("focal_weight", sigmoid.focal_weight, 0);
  sigmoid.dice_weight = fields.number("dice_weight", sigmoid.dice_weight, 0);
  sigmoid.alpha = fields.number("alpha", sigmoid.alpha, 0, 1);
  sigmoid.gamma = fields.number("gamma", sigmoid.gamma, 0);
  sigmoid.dice = fields.choice("dice", sigmoid.dice, model::kDiceWords);
  fields.finish();
}

void read_optimizer(JsonFields fields, OptimizerOptions& optimizer) {
  optimizer.knowledge_rate = fields.number("knowledge_rate", optimizer.knowledge_rate, 0);
  optimizer.rate = fields.number("rate", optimizer.rate, 0);
  optimizer.weight_decay = fields.number("weight_decay", optimizer.weight_decay, 0);
  fields.finish();
}

void read_schedule(JsonFields& fields, ScheduleOptions& schedule) {
  read_count(fields, "iterations", schedule.iterations, 1);
  schedule.power = fields.number("power", schedule.power, 0);
  schedule.minimum = fields.number("minimum_rate", schedule.minimum, 0);
  read_count(fields, "warmup_iterations", schedule.warmup_iterations, 0);
  schedule.warmup_ratio = fields.number("warmup_ratio", schedule.warmup_ratio, 0, 1);
}

void read_train(JsonFields fields, TrainOptions& train) {
  read_schedule(fields, train.schedule);
  read_count(fields, "batch", train.batch, 1, 1 << 20);
  read_count(fields, "micro_batch", train.micro_batch, 0, 1 << 20);
  train.precision = kPrecisionWords[fields.choice("precision", 0, kPrecisionWords)];
  const bool older =
      fields.boolean("recompute", train.activation_checkpointing);  // its name until version 0.1
  train.activation_checkpointing = fields.boolean("activation_checkpointing", older);
  read_count(fields, "loader_threads", train.loader_threads, 0, kMaxThreads);
  read_count(fields, "log_every", train.log_every, 1);
  read_count(fields, "checkpoint_every", train.checkpoint_every, 1);
  read_count(fields, "evaluate_every", train.evaluate_every, 0);
  read_count(fields, "evaluate_samples", train.evaluate_samples, 0);
  train.best = fields.choice("best", train.best, kBestWords);
  train.bad_sample = fields.choice("bad_sample", train.bad_sample, kBadSampleWords);
  train.clip_gradient = fields.number("clip_gradient", train.clip_gradient, 0);
  read_count(fields, "sheet_samples", train.sheet_samples, 0, 1000);
  train.extended_from = fields.integers("extended_from", 1, INT64_MAX);
  fields.finish();
}

void read_self_training(JsonFields fields, SelfTrainingOptions& options) {
  constexpr double kBelowOne = 1 - std::numeric_limits<double>::epsilon() / 2;
  options.start = fields.number("start", options.start, 0, kBelowOne);
  options.threshold = fields.number("threshold", options.threshold, 0, 1);
  options.restart = fields.boolean("restart", options.restart);
  options.background = fields.boolean("background", options.background);
  fields.finish();
}

void read_test(JsonFields fields, const nlohmann::json& document, TestOptions& test) {
  const bool whole = document.contains("test") && document["test"].is_object() &&
                     document["test"].value("window", nlohmann::json()) == "whole";
  read_count(fields, "short_side", test.short_side, 0, kMaxPixels);
  if (whole) {
    fields.text("window", "");
    test.window = kWholeImage;
  } else {
    read_count(fields, "window", test.window, 0, kMaxPixels);
  }
  read_count(fields, "stride", test.stride, 0, kMaxPixels);
  test.logit_scale = fields.number("logit_scale", 0, 0, model::kMaxLogitScale);
  if (fields.has("mean")) test.mean = fields.choice("mean", WindowMean::kLogits, model::kWindowMeanWords);
  if (fields.has("unknown")) test.unknown = fields.number("unknown", 0, -1, 1);
  if (fields.has("min_area")) test.min_area = fields.number("min_area", 0, 0, 0.999);
  if (fields.has("refine")) test.refine = fields.choice("refine", Refinement::kNone, model::kRefinementWords);
  test.scales = fields.bounded_numbers("scales", 0.1, 8);
  test.flip = fields.boolean("flip", test.flip);
  test.background = fields.text("background", "");
  fields.leave({"mean", "unknown", "min_area", "refine"});  // where they are null
  test.calibration = fields.number("calibration", test.calibration, 0, 1);
  test.average = fields.choice("average", test.average, eval::kAverageWords);
  test.image_scores = fields.boolean("image_scores", test.image_scores);
  read_count(fields, "save_every", test.save_every, 1);
  fields.finish();
}

void read_paths(JsonFields fields, RunPaths& paths) {
  paths.clip = fields.text("clip", "");
  paths.init_from = fields.text("init_from", "");
  paths.data = fields.text("data", "");
  paths.vocab = fields.text("vocab", "");
  fields.finish();
}

/// The document with what it says of its head on top.
nlohmann::json for_its_head(nlohmann::json document, const std::string& source) {
  const auto heads = document.value("heads", nlohmann::json());
  document.erase("heads");
  if (heads.is_null()) return document;
  const auto head = document.value("head", nlohmann::json());
  if (!heads.is_object()) throw Error(ErrorCode::kBadArgument, source + ": 'heads' should be a map of heads");
  const std::vector<std::string> allowed = {"templates",  "names", "class_names",
                                            "join_words", "test",  "resclip"};
  for (const auto& row : heads.items()) {
    if (!row.value().is_object() && !row.value().is_null()) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: 'heads' '{}' should be a map", source, row.key()));
    }
    for (const auto& key : row.value().items()) {
      if (std::find(allowed.begin(), allowed.end(), key.key()) != allowed.end()) continue;
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: 'heads' '{}' has a key '{}'; a head may have {}", source, row.key(),
                              key.key(), fmt::join(allowed, ", ")));
    }
  }
  if (head.is_string() && heads.contains(head.get<std::string>())) {
    const auto& settings = heads[head.get<std::string>()];
    if (settings.is_object()) document.merge_patch(settings);
  }
  return document;
}

RunConfig read(const nlohmann::json& whole, const std::string& source,
               const std::vector<std::string>& overrides) {
  auto document = for_its_head(whole, source);
  for (const auto& override : overrides) {  // once more: they go before what the config says of its head
    if (override.rfind("heads", 0) != 0) assign(document, override);
  }
  refuse_misplaced_keys(document, source);
  JsonFields fields(document, source, ErrorCode::kBadArgument);
  RunConfig config;
  config.name = fields.text("name", fs::path(source).stem().string());
  config.setting = fields.choice("protocol", config.setting, eval::kSettingWords);
  config.data = read_data(fields.object("data"));
  config.model = model::read_prompts(fields.object("model"));
  config.normalisation = kNormalisationWords[fields.choice("normalisation", 0, kNormalisationWords)];
  config.text.templates = read_templates(fields, document);
  if (fields.has("names")) config.text.names = fields.choice("names", NameRule::kMax, model::kNameRuleWords);
  fields.leave({"names"});
  config.class_names = read_class_names(fields.object("class_names"), document);
  config.join_words = fields.boolean("join_words", false);
  config.head = fields.text("head", "");
  const bool has_resclip = fields.has("resclip");
  JsonFields resclip = fields.object("resclip");
  if (has_resclip) config.resclip = model::read_resclip(resclip);
  read_augment(fields.object("augment"), config.augment);
  read_loss(fields.object("loss"), config.loss);
  read_optimizer(fields.object("optimizer"), config.optimizer);
  read_train(fields.object("train"), config.train);
  read_self_training(fields.object("self_training"), config.self_training);
  read_test(fields.object("test"), document, config.test);
  read_count(fields, "seed", config.seed, 0);
  read_count(fields, "threads", config.threads, 0, kMaxThreads);
  config.device = fields.text("device", config.device);
  read_paths(fields.object("paths"), config.paths);
  fields.finish();
  check(config, source);
  return config;
}

}  // namespace

RunConfig read_run_config(const fs::path& path, const std::vector<std::string>& overrides) {
  return read(read_document(path, overrides), path.string(), overrides);
}

RunConfig parse_run_config(const std::string& yaml, const std::string& source,
                           const std::vector<std::string>& overrides) {
  return read(parse_document(yaml, source, overrides), source, overrides);
}

}  // namespace relprompt::config
