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
  const auto& rpm = config.prompts->rpm;
  const bool official = rpm.variant == rpm::Variant::kOfficial;
  const double visual = official ? static_cast<double>(rpm.visual_prompt_tokens) : 0;
  for (std::int64_t i = 1; i <= v.layers; ++i) {
    const auto gives = [&](std::int64_t l) {
      return l >= 1 && l < v.layers &&
             (rpm.layers.empty() || std::find(rpm.layers.begin(), rpm.layers.end(), l) != rpm.layers.end());
    };
    flop += layer(v, patches + 1, visual + (gives(i - 1) ? c : 0)) + 2 * visual * d * d;
    if (gives(i) || i == v.layers) flop += 2 * (patches + 1) * d * joint;                 // align
    if (gives(i)) flop += 2 * patches * joint * c + 2 * patches * c * d + 2 * c * d * d;  // ITP, APG
    if (gives(i) && !official && rpm.use_m2oe) {
      const double rank = static_cast<double>(rpm.m2oe.rank), experts = static_cast<double>(rpm.m2oe.experts);
      flop += 2 * 2 * patches * d * rank + experts * 2 * patches * rank * 9;
    }
  }
  return flop + lpm(*config.prompts, joint, patches, c);
}

}  // namespace relprompt::segmenter
