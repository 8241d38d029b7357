#include "config/run_config_words.h"
#include "config/yaml.h"
#include "text/templates.h"

namespace relprompt::config {
namespace {

using Json = nlohmann::ordered_json;

Json templates_json(const std::vector<std::string>& templates) {
  if (templates.empty() || templates == text::single_template()) return "single";
  if (templates == text::imagenet_templates()) return "imagenet";
  return templates == text::paper_templates() ? Json("paper") : Json(templates);
}

Json augment_json(const image::AugmentOptions& augment) {
  const auto& colors = augment.colors;
  return {{"long_side", augment.long_side},
          {"short_side", augment.short_side},
          {"min_ratio", augment.min_ratio},
          {"max_ratio", augment.max_ratio},
          {"crop", augment.crop},
          {"cat_max_ratio", augment.cat_max_ratio},
          {"crop_tries", augment.crop_tries},
          {"flip", augment.flip},
          {"distort", augment.distort},
          {"colors",
           {{"brightness", colors.brightness},
            {"min_contrast", colors.min_contrast},
            {"max_contrast", colors.max_contrast},
            {"min_saturation", colors.min_saturation},
            {"max_saturation", colors.max_saturation},
            {"hue", colors.hue}}}};
}

Json loss_json(const model::LossOptions& loss) {
  return {{"kind", name_of(model::kLossWords, loss.kind)},
          {"focal_weight", loss.sigmoid.focal_weight},
          {"dice_weight", loss.sigmoid.dice_weight},
          {"alpha", loss.sigmoid.alpha},
          {"gamma", loss.sigmoid.gamma},
          {"dice", name_of(model::kDiceWords, loss.sigmoid.dice)}};
}

Json train_json(const TrainOptions& train) {
  Json json = {{"iterations", train.schedule.iterations},
               {"power", train.schedule.power},
               {"minimum_rate", train.schedule.minimum},
               {"warmup_iterations", train.schedule.warmup_iterations},
               {"warmup_ratio", train.schedule.warmup_ratio},
               {"batch", train.batch},
               {"micro_batch", train.micro_batch},
               {"precision", train.precision},
               {"activation_checkpointing", train.activation_checkpointing},
               {"loader_threads", train.loader_threads},
               {"log_every", train.log_every},
               {"checkpoint_every", train.checkpoint_every},
               {"evaluate_every", train.evaluate_every},
               {"evaluate_samples", train.evaluate_samples},
               {"best", name_of(kBestWords, train.best)},
               {"bad_sample", name_of(kBadSampleWords, train.bad_sample)},
               {"clip_gradient", train.clip_gradient},
               {"sheet_samples", train.sheet_samples}};
  // Only where it is set, so that runs from before this key keep their identity.
  if (!train.extended_from.empty()) json["extended_from"] = train.extended_from;
  return json;
}

Json self_training_json(const SelfTrainingOptions& options) {
  Json json = {{"start", options.start}, {"threshold", options.threshold}};
  // Only where they are set, so that runs from before these keys keep their identity.
  if (options.restart) json["restart"] = true;
  if (options.background) json["background"] = true;
  return json;
}

Json test_json(const TestOptions& test) {
  Json json = {{"short_side", test.short_side},
               {"window", test.window == kWholeImage ? Json("whole") : Json(test.window)},
               {"stride", test.stride}};
  // Only where they are set, as above.
  if (test.logit_scale > 0) json["logit_scale"] = test.logit_scale;
  if (test.mean != WindowMean::kByModel) json["mean"] = name_of(model::kWindowMeanWords, test.mean);
  if (test.unknown) json["unknown"] = *test.unknown;
  if (test.min_area) json["min_area"] = *test.min_area;
  if (test.refine != Refinement::kByModel) json["refine"] = name_of(model::kRefinementWords, test.refine);
  if (!test.scales.empty()) json["scales"] = test.scales;
  if (test.flip) json["flip"] = true;
  if (!test.background.empty()) json["background"] = test.background;
  json["calibration"] = test.calibration;
  json["average"] = name_of(eval::kAverageWords, test.average);
  json["image_scores"] = test.image_scores;
  json["save_every"] = test.save_every;
  return json;
}

/// Keys that most configs lack, so that runs from before these keys keep their identity.
void add_naming(const RunConfig& config, Json& document) {
  if (config.text.names != NameRule::kByModel)
    document["names"] = name_of(model::kNameRuleWords, config.text.names);
  for (const auto& [title, names] : config.class_names) document["class_names"][title] = names;
  if (config.join_words) document["join_words"] = true;
  if (!config.head.empty()) document["head"] = config.head;
  if (config.resclip) document["resclip"] = model::to_json(*config.resclip);
}

}  // namespace

std::string to_yaml(const RunConfig& config) {
  Json document = {{"name", config.name},
                   {"protocol", name_of(eval::kSettingWords, config.setting)},
                   {"data", to_json(config.data)},
                   {"model", model::prompts_json(config.model)},
                   {"normalisation", config.normalisation},
                   {"templates", templates_json(config.text.templates)},
                   {"augment", augment_json(config.augment)},
                   {"loss", loss_json(config.loss)},
                   {"optimizer",
                    {{"knowledge_rate", config.optimizer.knowledge_rate},
                     {"rate", config.optimizer.rate},
                     {"weight_decay", config.optimizer.weight_decay}}},
                   {"train", train_json(config.train)},
                   {"self_training", self_training_json(config.self_training)},
                   {"test", test_json(config.test)},
                   {"seed", config.seed},
                   {"threads", config.threads},
                   {"device", config.device},
                   {"paths",
                    {{"clip", config.paths.clip.string()},
                     {"data", config.paths.data.string()},
                     {"vocab", config.paths.vocab.string()}}}};
  if (!config.paths.init_from.empty()) document["paths"]["init_from"] = config.paths.init_from.string();
  add_naming(config, document);
  return to_yaml(document);
}

}  // namespace relprompt::config
