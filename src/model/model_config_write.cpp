// config.json out of a config: every value spelled out.
#include <nlohmann/json.hpp>

#include "base/json_output.h"
#include "model/model_config.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::ordered_json;

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
  // Absent in the files of nearly all, whose content decides what is kept of a model elsewhere.
  if (vision.norm_epsilon != kNormEpsilon) out["norm_epsilon"] = vision.norm_epsilon;
  if (text.norm_epsilon != kNormEpsilon) out["text"]["norm_epsilon"] = text.norm_epsilon;
  if (!c.clip_sha256.empty()) out["sha256"] = c.clip_sha256;
  if (!c.clip_path.empty()) out["path"] = c.clip_path;
  return out;
}

/// One line of config.json, where a list would take a line a word.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

Json prompts_json(const PromptConfig& prompts) {
  const auto& rpm = prompts.rpm;
  Json json = {{"method", name_of(kMethodWords, prompts.peft.method)},
               {"lora_rank", prompts.peft.lora_rank},
               {"adapter_width", prompts.peft.adapter_width},
               {"vpt_tokens", prompts.peft.vpt_tokens},
               {"lst_reduction", prompts.peft.lst_reduction},
               {"variant", name_of(kVariantWords, rpm.variant)},
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
               {"apg", name_of(kApgWords, rpm.apg)},
               {"merge", name_of(kMergeWords, rpm.merge)},
               {"layers", rpm.layers},
               {"lpm", name_of(kFormWords, prompts.lpm.form)},
               {"lpm_trained", prompts.lpm.trained}};
  // Files that do not use it stay as they were, for older programs and for the identity of runs.
  if (prompts.lpm.temperature != 1) json["lpm_temperature"] = prompts.lpm.temperature;
  return json;
}

Json to_json(const ResClipOptions& resclip) {
  return {{"total", resclip.total},
          {"middle_share", resclip.middle_share},
          {"feedback_total", resclip.feedback_total},
          {"feedback_share", resclip.feedback_share},
          {"label_scale", resclip.label_scale},
          {"label_threshold", resclip.label_threshold}};
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
  if (config.refine != Refinement::kNone) out["refine"] = name_of(kRefinementWords, config.refine);
  if (config.dense) out["dense"] = to_json(*config.dense);
  if (config.prompts) out["scores"] = name_of(kScoreWords, config.scores);
  if (config.int8) {
    out["int8"] = {{"images", config.int8->images}, {"layers_in_bf16", config.int8->bf16_layers}};
  }
  if (!config.prompts && config.head.rfind("resclip", 0) == 0) out["resclip"] = to_json(config.resclip);
  if (!config.words.empty()) out["words"] = joined(config.words);
  return json_text(out, 2) + "\n";
}

}  // namespace relprompt::model
