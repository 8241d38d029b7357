#include "segmenter/arithmetic.h"

#include <algorithm>

namespace relprompt::segmenter {
namespace {

/// One encoder layer for T tokens beside P prompt tokens, which need keys and values only.
double layer(const clip::VisionConfig& v, double tokens, double prompts) {
  const double d = static_cast<double>(v.width), mlp = static_cast<double>(v.mlp_width);
  const double projections = 2 * tokens * d * 3 * d + 2 * prompts * d * 2 * d + 2 * tokens * d * d;
  const double attention = 2 * 2 * tokens * (tokens + prompts) * d;
  return projections + attention + 2 * 2 * tokens * d * mlp;
}

double lpm(const PromptConfig& prompts, double joint, double patches, double classes) {
  double flop = 2 * patches * classes * joint;
  if (!prompts.lpm.trained) return flop;
  const double fuse = prompts.lpm.form == lpm::Form::kC ? 2 * joint : joint;
  flop += 2 * patches * joint * joint + 2 * classes * fuse * joint;
  if (prompts.lpm.second_text_linear) flop += 2 * classes * joint * joint;
  return flop;
}

/// What a method of src/peft adds to one layer (tokens as in `layer`). Other weights cost nothing.
double tuning(const peft::PeftOptions& options, const clip::VisionConfig& v, double tokens) {
  const double d = static_cast<double>(v.width);
  if (options.method == peft::Method::kAdapter) {
    return 2 * 2 * tokens * d * static_cast<double>(options.adapter_width);
  }
  if (options.method != peft::Method::kLst) return 0;
  clip::VisionConfig side = v;
  side.width /= options.lst_reduction;
  side.mlp_width /= options.lst_reduction;
  return layer(side, tokens, 0) + 2 * tokens * d * static_cast<double>(side.width);
}

/// ITP, APG, M2oE and the merging of the prompts after one layer that gives them.
double relationship_prompts(const rpm::RpmOptions& rpm, double d, double joint, double patches, double c) {
  double flop = 2 * patches * joint * c + 2 * patches * c * d;
  if (rpm.apg == rpm::Apg::kKnowledge) flop += 2 * c * d * d;
  if (rpm.merge != rpm::Merge::kConcatenation) flop += 2 * patches * c * d;
  if (rpm.variant == rpm::Variant::kOfficial || !rpm.use_m2oe) return flop;
  const double rank = static_cast<double>(rpm.m2oe.rank), experts = static_cast<double>(rpm.m2oe.experts);
  return flop + 2 * 2 * patches * d * rank + experts * 2 * patches * rank * 9;
}

/// All layers of a tower with prompts, or with another method.
double layers(const PromptConfig& prompts, const clip::VisionConfig& v, double joint, double patches,
              double c) {
  const auto& rpm = prompts.rpm;
  const double d = static_cast<double>(v.width);
  const bool has_rpm = peft::has_rpm(prompts.peft.method);
  const bool official = has_rpm && rpm.variant == rpm::Variant::kOfficial;
  const double visual = official ? static_cast<double>(rpm.visual_prompt_tokens) : 0;
  const double added = peft::has_vpt(prompts.peft.method) ? static_cast<double>(prompts.peft.vpt_tokens) : 0;
  const auto gives = [&](std::int64_t l) {
    return has_rpm && l >= 1 && l < v.layers &&
           (rpm.layers.empty() || std::find(rpm.layers.begin(), rpm.layers.end(), l) != rpm.layers.end());
  };
  const bool beside = rpm.merge == rpm::Merge::kConcatenation;
  double flop = 0;
  for (std::int64_t i = 1; i <= v.layers; ++i) {
    const double tokens = visual + added + (gives(i - 1) && beside ? c : 0);
    flop += layer(v, patches + 1, tokens) + 2 * visual * d * d + tuning(prompts.peft, v, patches + 1);
    if (gives(i) || i == v.layers) flop += 2 * (patches + 1) * d * joint;  // align
    if (gives(i)) flop += relationship_prompts(rpm, d, joint, patches, c);
  }
  return flop;
}

}  // namespace

double flop_per_window(const ModelConfig& config, std::int64_t image_size, std::int64_t classes) {
  const auto& v = config.clip.vision;
  const double side = static_cast<double>(image_size / v.patch), patches = side * side;
  const double d = static_cast<double>(v.width), joint = static_cast<double>(config.clip.joint);
  const double c = static_cast<double>(classes), pixels = static_cast<double>(v.patch * v.patch);
  double flop = 2 * patches * 3 * pixels * d;
  if (!config.prompts) {
    for (std::int64_t i = 0; i < v.layers; ++i) flop += layer(v, patches + 1, 0);
    return flop + 2 * patches * d * joint + 2 * patches * joint * c;
  }
  return flop + layers(*config.prompts, v, joint, patches, c) + lpm(*config.prompts, joint, patches, c);
}

}  // namespace relprompt::segmenter
