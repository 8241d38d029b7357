#include "model/initial_prompts.h"

#include <cmath>
#include <functional>

#include "relprompt/error.h"

#include "base/random.h"

namespace relprompt::model {
namespace {

using Draw = std::function<double(SplitMix64&)>;

/// Uniform in (0, 1], from the top 53 bits.
double unit(SplitMix64& random) {
  return (static_cast<double>(random.next() >> 11) + 1) / static_cast<double>(std::uint64_t{1} << 53);
}

Draw uniform(double bound) {
  return [bound](SplitMix64& random) { return bound * (2 * unit(random) - 1); };
}

/// Box and Muller's transform; values beyond `cut` deviations are drawn again.
Draw normal(double deviation, double cut = HUGE_VAL) {
  return [deviation, cut](SplitMix64& random) {
    constexpr double kTau = 6.283185307179586;
    for (;;) {
      const double radius = std::sqrt(-2 * std::log(unit(random)));
      const double value = radius * std::cos(kTau * unit(random));
      if (std::abs(value) <= cut) return deviation * value;
    }
  };
}

Draw constant(double value) {
  return [value](SplitMix64&) { return value; };
}

Draw draw_for(const TensorRow& row, const VisionConfig& vision) {
  const auto width = static_cast<double>(vision.width);
  switch (row.initial) {
    case Initial::kZero:
      return constant(0);
    case Initial::kOne:
      return constant(1);
    case Initial::kKnowledge:
      return uniform(std::sqrt(6.0 / static_cast<double>(3 * vision.patch * vision.patch + vision.width)));
    case Initial::kSharedLinear:
      return normal(std::sqrt(2.0 / width));
    case Initial::kLinear:
      return normal(0.02, 2);
    case Initial::kNormal:
      return normal(0.02);
    case Initial::kFanIn:
      return uniform(1 / std::sqrt(static_cast<double>(row.inputs)));
    case Initial::kNone:
    case Initial::kTower:
      break;
  }
  throw Error(ErrorCode::kInternal, row.name + " has no initial numbers of its own");
}

/// The image tower's own tensor that a row of full fine-tuning or BitFit stands for.
std::vector<float> tower_value(const TensorRow& row, const ModelFiles& model) {
  const auto name = "visual." + row.name.substr(std::string("tower.").size());
  for (const auto& source : model.image_rows()) {
    if (source.name == name) return to_fp32(model.clip->read(source)).values();
  }
  throw Error(ErrorCode::kInternal, "the image tower has no " + name);
}

}  // namespace

std::vector<float> initial_prompt(const TensorRow& row, const ModelFiles& model, std::uint64_t seed) {
  if (row.initial == Initial::kTower) return tower_value(row, model);
  SplitMix64 seeds(seed);
  SplitMix64 random(fnv1a(row.name) ^ seeds.next());
  std::vector<float> value(static_cast<std::size_t>(row.elements()));
  const auto draw = draw_for(row, model.config.clip.vision);
  for (float& number : value) number = static_cast<float>(draw(random));
  return value;
}

}  // namespace relprompt::model
