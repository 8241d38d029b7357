#include "measure/flops.h"

#include <algorithm>

namespace relprompt::measure {
namespace {

constexpr double kActivation = 4;  // bytes

StageCost& of(StageCosts& work, Stage stage) {
  return work[static_cast<std::size_t>(stage)];
}

/// One encoder layer for T tokens beside P prompt tokens, which need keys and values only. The attention's
/// output projection shares a pass with the MLP and counts there.
StageCosts layer(const model::VisionConfig& v, double tokens, double prompts, double weight_bytes) {
  const double d = static_cast<double>(v.width), mlp = static_cast<double>(v.mlp_width);
  StageCosts work;
  of(work, Stage::kAttention) = {
      2 * tokens * d * 3 * d + 2 * prompts * d * 2 * d + 2 * 2 * tokens * (tokens + prompts) * d,
      weight_bytes * 3 * d * d + kActivation * (2 * tokens + prompts) * d};
  of(work, Stage::kMlp) = {2 * tokens * d * d + 2 * 2 * tokens * d * mlp,
                           weight_bytes * (d * d + 2 * d * mlp) + kActivation * 3 * tokens * d};
  return work;
}

void add(StageCosts& to, const StageCosts& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

StageCost lpm(const model::PromptConfig& prompts, double joint, double patches, double classes) {
  StageCost work = {2 * patches * classes * joint,
                    kActivation * (patches * joint + classes * joint + patches * classes)};
  if (!prompts.lpm.trained) return work;
  const double fuse = prompts.lpm.form == model::Form::kC ? 2 * joint : joint;
  double weights = joint * joint + fuse * joint;
  work.flop += 2 * patches * joint * joint + 2 * classes * fuse * joint;
  if (prompts.lpm.second_text_linear) {
    work.flop += 2 * classes * joint * joint;
    weights += joint * joint;
  }
  work.bytes += 4 * weights;
  return work;
}

/// Operations that a method of src/peft adds to one layer (tokens as in `layer`). Other weights cost nothing.
double tuning(const model::PeftOptions& options, const model::VisionConfig& v, double tokens) {
  const double d = static_cast<double>(v.width);
  if (options.method == model::Method::kAdapter) {
    return 2 * 2 * tokens * d * static_cast<double>(options.adapter_width);
  }
  if (options.method != model::Method::kLst) return 0;
  model::VisionConfig side = v;
  side.width /= options.lst_reduction;
  side.mlp_width /= options.lst_reduction;
  const auto ladder = layer(side, tokens, 0, 0);
  double flop = 2 * tokens * d * static_cast<double>(side.width);
  for (const StageCost& part : ladder) flop += part.flop;
  return flop;
}

/// ITP and APG in the cheapest order of their products, as long as prompts are all that is needed of them.
double prompts_of_layer(const model::RpmOptions& rpm, double d, double joint, double patches, double c) {
  if (!rpm.itp.pixel_level) return 2 * c * joint + 2 * patches * c * d;
  const auto cost = model::prompt_cost(c, patches, joint, d);
  const bool map_needed = rpm.merge != model::Merge::kConcatenation;
  return 2 * (map_needed ? cost.with_map : std::min(cost.with_map, cost.without_map));
}

/// ITP, APG, M2oE and the merging of the prompts after one layer that gives them.
double relationship_prompts(const model::RpmOptions& rpm, double d, double joint, double patches, double c) {
  double flop = prompts_of_layer(rpm, d, joint, patches, c);
  if (rpm.merge != model::Merge::kConcatenation) flop += 2 * patches * c * d;
  if (rpm.variant == model::Variant::kOfficial || !rpm.use_m2oe) return flop;
  const double rank = static_cast<double>(rpm.m2oe.rank);
  const double experts = static_cast<double>(rpm.m2oe.gate ? rpm.m2oe.top_k : rpm.m2oe.experts);
  return flop + 2 * 2 * patches * d * rank + experts * 2 * patches * rank * 9;
}

/// All layers of a tower with prompts, or with another method.
StageCosts layers(const model::PromptConfig& prompts, const model::VisionConfig& v, double joint,
                  double patches, double c, double weight_bytes) {
  const auto& rpm = prompts.rpm;
  const double d = static_cast<double>(v.width);
  const bool has_rpm = model::has_rpm(prompts.peft.method);
  const bool official = has_rpm && rpm.variant == model::Variant::kOfficial;
  const double visual = official ? static_cast<double>(rpm.visual_prompt_tokens) : 0;
  const double added = model::has_vpt(prompts.peft.method) ? static_cast<double>(prompts.peft.vpt_tokens) : 0;
  const auto gives = [&](std::int64_t l) {
    return has_rpm && l >= 1 && l < v.layers &&
           (rpm.layers.empty() || std::find(rpm.layers.begin(), rpm.layers.end(), l) != rpm.layers.end());
  };
  const bool beside = rpm.merge == model::Merge::kConcatenation;
  StageCosts work;
  for (std::int64_t i = 1; i <= v.layers; ++i) {
    const double tokens = visual + added + (gives(i - 1) && beside ? c : 0);
    add(work, layer(v, patches + 1, tokens, weight_bytes));
    of(work, Stage::kMlp).flop += tuning(prompts.peft, v, patches + 1);
    auto& own = of(work, Stage::kRpm);
    if (gives(i) || i == v.layers) {  // align
      own += {2 * (patches + 1) * d * joint, 4 * d * joint + kActivation * (patches + 1) * d};
    }
    if (gives(i)) {
      own += {relationship_prompts(rpm, d, joint, patches, c), kActivation * (patches + c) * d};
    }
  }
  return work;
}

}  // namespace

StageCosts cost_of_window(const model::ModelConfig& config, std::int64_t image_size, std::int64_t classes,
                          double weight_bytes) {
  const auto& v = config.clip.vision;
  const double side = static_cast<double>(image_size / v.patch), patches = side * side;
  const double d = static_cast<double>(v.width), joint = static_cast<double>(config.clip.joint);
  const double c = static_cast<double>(classes), pixels = static_cast<double>(v.patch * v.patch);
  StageCosts work;
  if (config.prompts) {
    work = layers(*config.prompts, v, joint, patches, c, weight_bytes);
    of(work, Stage::kLpm) = lpm(*config.prompts, joint, patches, c);
  } else {
    for (std::int64_t i = 0; i < v.layers; ++i) add(work, layer(v, patches + 1, 0, weight_bytes));
    of(work, Stage::kLpm) = {2 * patches * d * joint + 2 * patches * joint * c,
                             4 * d * joint + kActivation * patches * (d + c)};
  }
  of(work, Stage::kPatchEmbedding) = {2 * patches * 3 * pixels * d,
                                      4 * 3 * pixels * d + kActivation * patches * (3 * pixels + d)};
  // A label and its score for every pixel.
  of(work, Stage::kResize).bytes = kActivation * (patches * c + 2 * patches * pixels);
  return work;
}

double flop_per_window(const model::ModelConfig& config, std::int64_t image_size, std::int64_t classes) {
  double flop = 0;
  for (const StageCost& stage : cost_of_window(config, image_size, classes)) flop += stage.flop;
  return flop;
}

}  // namespace relprompt::measure
