#include "model/checkpoint_settings.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "model/presets.h"

namespace relprompt::model {
namespace {

const char* name_of(Tower tower) {
  return tower == Tower::kImage ? "image" : "text";
}

constexpr const char* kHeadsFlag = "--heads IMAGE,TEXT";

/// The heads of a tower that nobody stated.
KnownHeads usual_heads(Tower tower, std::int64_t width, const std::string& path) {
  if (const auto known = known_heads(tower, width)) return *known;
  throw Error(
      ErrorCode::kBadModelConfig,
      fmt::format("{} does not say how many heads its {} tower has, whose width {} is neither a published "
                  "tower's nor a multiple of 64",
                  path, name_of(tower), width),
      fmt::format("say it with {}, of `relprompt import` and other commands", kHeadsFlag));
}

/// One tower's heads; what was assumed is appended.
std::int64_t heads_of(Tower tower, std::int64_t width, const std::optional<std::int64_t>& stated,
                      const std::string& path, std::vector<std::string>& assumed) {
  if (!stated) {
    const auto [heads, reason] = usual_heads(tower, width, path);
    assumed.push_back(
        fmt::format("{} heads in the {} tower, {} ({})", heads, name_of(tower), reason, kHeadsFlag));
    return heads;
  }
  if (width % *stated == 0) return *stated;
  throw Error(
      ErrorCode::kBadModelConfig,
      fmt::format("{}: {} heads do not divide the {} tower's width {}", path, *stated, name_of(tower), width),
      fmt::format("the file is damaged, or say the right number with {}", kHeadsFlag));
}

/// A number of --heads. 0: not given.
void take_heads(int given, Tower tower, std::int64_t width, std::optional<std::int64_t>& heads) {
  if (given == 0) return;
  if (given < 0 || width % given != 0) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} heads do not divide the {} tower's width {}", given, name_of(tower), width),
                fmt::format("{}: a divisor of each width, as the model's authors state it", kHeadsFlag));
  }
  heads = given;
}

}  // namespace

std::string settle(const CheckpointSettings& stated, const std::string& path, ModelConfig& config) {
  auto& [vision, text, joint, activation] = config.clip;
  check_sizes(stated.sizes, config.clip, path);
  std::vector<std::string> assumed;
  vision.heads = heads_of(Tower::kImage, vision.width, stated.heads, path, assumed);
  if (text.present()) text.heads = heads_of(Tower::kText, text.width, stated.text_heads, path, assumed);
  activation = stated.activation.value_or(Activation::kQuickGelu);
  if (!stated.activation) {
    assumed.push_back(
        "QuickGELU in both towers, as in OpenAI's models (--activation gelu for towers that open_clip "
        "trained without it)");
  }
  vision.norm_epsilon = stated.norm_epsilon.value_or(kNormEpsilon);
  text.norm_epsilon = stated.text_norm_epsilon.value_or(kNormEpsilon);
  config.image = stated.image.value_or(Normalisation::clip());
  if (!stated.image)
    assumed.push_back("CLIP's own mean and standard deviation ('image' in a model's config.json)");
  if (assumed.empty()) return "";
  return fmt::format("assumed, since the checkpoint does not say: {}", fmt::join(assumed, "; "));
}

CheckpointSettings with_options(CheckpointSettings stated, const TowerOptions& options,
                                const ClipConfig& sizes) {
  take_heads(options.heads, Tower::kImage, sizes.vision.width, stated.heads);
  if (options.text_heads != 0 && !sizes.text.present()) {
    throw Error(ErrorCode::kBadArgument, "heads are given for a text tower, which the model does not have");
  }
  take_heads(options.text_heads, Tower::kText, sizes.text.width, stated.text_heads);
  if (!options.activation.empty())
    stated.activation = value_of(kActivationWords, options.activation, "--activation");
  return stated;
}

}  // namespace relprompt::model
