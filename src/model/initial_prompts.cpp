#include "model/initial_prompts.h"

#include <cmath>
#include <functional>
#include <string_view>

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

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Draw draw_for(const TensorRow& row, const VisionConfig& vision) {
  const std::string_view name = row.name;
  if (name == "h" || name == "apg.weight" || name == "vpt") {
    return uniform(std::sqrt(6.0 / static_cast<double>(3 * vision.patch * vision.patch + vision.width)));
  }
  if (name == "prompt_linear.weight") return normal(std::sqrt(2.0 / static_cast<double>(vision.width)));
  if (starts_with(name, "m2oe.")) {
    const bool zero = name.find(".up.") != name.npos || ends_with(name, ".gate") || ends_with(name, ".noise");
    if (zero) return constant(0);
    // down [r, D] and its bias; experts [r, 1, 3, 3] and theirs.
    const bool down = name.find(".down.") != name.npos;
    return uniform(1 / std::sqrt(down ? static_cast<double>(vision.width) : 9.0));
  }
  if (ends_with(name, "bias")) return constant(0);
  if (starts_with(name, "lora.")) {
    return ends_with(name, ".b") ? constant(0) : uniform(1 / std::sqrt(static_cast<double>(vision.width)));
  }
  const bool branch = starts_with(name, "adapter.") || starts_with(name, "lst.");
  if (branch && (ends_with(name, ".up.weight") || ends_with(name, ".gate"))) return constant(0);
  if (row.shape.size() == 1) return constant(1);
  return normal(0.02, 2);
}

/// The image tower's own tensor that a row of full fine-tuning or BitFit stands for.
std::vector<float> tower_value(const TensorRow& row, const ModelFiles& model) {
  const auto name = "visual." + row.name.substr(std::string_view("tower.").size());
  for (const auto& source : model.image_rows()) {
    if (source.name == name) return to_fp32(model.clip->read(source)).values();
  }
  throw Error(ErrorCode::kInternal, "the image tower has no " + name);
}

}  // namespace

std::vector<float> initial_prompt(const TensorRow& row, const ModelFiles& model, std::uint64_t seed) {
  if (starts_with(row.name, "tower.")) return tower_value(row, model);
  SplitMix64 seeds(seed);
  SplitMix64 random(fnv1a(row.name) ^ seeds.next());
  std::vector<float> value(static_cast<std::size_t>(row.elements()));
  const auto draw = draw_for(row, model.config.clip.vision);
  for (float& number : value) number = static_cast<float>(draw(random));
  return value;
}

}  // namespace relprompt::model
