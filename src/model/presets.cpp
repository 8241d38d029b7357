#include "model/presets.h"

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

/// open_clip's larger ones for 224 pixels in patches of 14: exact GELU, and heads of 80 to 104 numbers.
ClipConfig make_large(std::int64_t width, std::int64_t layers, std::int64_t mlp_width,
                      std::int64_t text_width, std::int64_t text_layers) {
  ClipConfig config = make(14, 224, width, layers, text_width, text_width);
  config.vision.heads = 16;
  config.vision.mlp_width = mlp_width;
  config.text.layers = text_layers;
  config.activation = Activation::kGelu;
  return config;
}

/// A tower that somebody published.
struct PublishedTower {
  Tower tower;
  std::int64_t width, heads;
  const char* model;
};

// From width 1280 on, image towers have heads of 80 to 112 numbers; nothing in a file of theirs says so.
constexpr PublishedTower kPublishedTowers[] = {
    {Tower::kImage, 384, 6, "ViT-S-16"},     {Tower::kImage, 512, 8, "ViT-M-16"},
    {Tower::kImage, 768, 12, "ViT-B-16"},    {Tower::kImage, 896, 14, "ViT-B-16-plus"},
    {Tower::kImage, 1024, 16, "ViT-L-14"},   {Tower::kImage, 1280, 16, "ViT-H-14"},
    {Tower::kImage, 1408, 16, "ViT-g-14"},   {Tower::kImage, 1664, 16, "ViT-bigG-14"},
    {Tower::kImage, 1792, 16, "ViT-e-14"},   {Tower::kText, 384, 6, "ViT-S-16"},
    {Tower::kText, 512, 8, "ViT-B-16"},      {Tower::kText, 640, 10, "ViT-B-16-plus"},
    {Tower::kText, 768, 12, "ViT-L-14"},     {Tower::kText, 1024, 16, "ViT-H-14"},
    {Tower::kText, 1280, 20, "ViT-bigG-14"},
};

}  // namespace

std::optional<KnownHeads> known_heads(Tower tower, std::int64_t width) {
  constexpr std::int64_t kUsualHead = 64;
  for (const auto& published : kPublishedTowers) {
    if (published.tower == tower && published.width == width) {
      return KnownHeads{published.heads, std::string("as in ") + published.model};
    }
  }
  if (width % kUsualHead == 0) return KnownHeads{width / kUsualHead, "one for 64 numbers of its width"};
  return std::nullopt;
}

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"ViT-B-32", make(32, 224, 768, 12, 512, 512)},
      {"ViT-B-16", make(16, 224, 768, 12, 512, 512)},
      {"ViT-L-14", make(14, 224, 1024, 24, 768, 768)},
      {"ViT-L-14-336", make(14, 336, 1024, 24, 768, 768)},
      {"ViT-H-14", make_large(1280, 32, 5120, 1024, 24)},
      {"ViT-g-14", make_large(1408, 40, 6144, 1024, 24)},
      {"ViT-bigG-14", make_large(1664, 48, 8192, 1280, 32)},
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
