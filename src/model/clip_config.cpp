#include "model/clip_config.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {
namespace {

ClipConfig make(std::int64_t patch, std::int64_t image_size, std::int64_t width, std::int64_t layers,
                std::int64_t text_width, std::int64_t joint) {
  ClipConfig config;
  config.vision = {patch, image_size / patch, width, layers, width / 64, 4 * width};
  config.text.width = text_width;
  config.text.heads = text_width / 64;
  config.text.mlp_width = 4 * text_width;
  config.joint = joint;
  return config;
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"ViT-B-32", make(32, 224, 768, 12, 512, 512)},
      {"ViT-B-16", make(16, 224, 768, 12, 512, 512)},
      {"ViT-L-14", make(14, 224, 1024, 24, 768, 768)},
      {"ViT-L-14-336", make(14, 336, 1024, 24, 768, 768)},
  };
  return all;
}

const ClipConfig& preset(const std::string& name) {
  std::string known;
  for (const Preset& candidate : presets()) {
    if (candidate.name == name) return candidate.config;
    known += (known.empty() ? "" : ", ") + candidate.name;
  }
  throw Error(ErrorCode::kBadArgument, fmt::format("unknown architecture '{}'", name),
              "known ones: " + known);
}

std::string architecture_name(const ClipConfig& config) {
  std::string found = "custom";
  for (const auto& [name, known] : presets()) {
    const bool same = known.vision.patch == config.vision.patch &&
                      known.vision.width == config.vision.width &&
                      known.vision.layers == config.vision.layers &&
                      known.vision.heads == config.vision.heads && known.joint == config.joint;
    // ViT-L-14 and ViT-L-14-336 differ by their grid alone, so an equal grid decides.
    if (same && (found == "custom" || known.vision.grid == config.vision.grid)) found = name;
  }
  return found;
}

}  // namespace relprompt::model
