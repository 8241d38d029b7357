#include "model/timm_tower.h"

#include <regex>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {
namespace {

/// The start of a name, or all of it.
struct Renamed {
  const char* ours;
  const char* timm;
};

constexpr Renamed kNames[] = {
    {"visual.conv1.", "visual.trunk.patch_embed.proj."},
    {"visual.class_embedding", "=visual.trunk.cls_token"},
    {"visual.positional_embedding", "=visual.trunk.pos_embed"},
    {"visual.ln_pre.", "visual.trunk.norm_pre."},
    {"visual.transformer.resblocks.{i}.ln_1.", "visual.trunk.blocks.{i}.norm1."},
    {"visual.transformer.resblocks.{i}.attn.in_proj_", "visual.trunk.blocks.{i}.attn.qkv."},
    {"visual.transformer.resblocks.{i}.attn.out_proj.", "visual.trunk.blocks.{i}.attn.proj."},
    {"visual.transformer.resblocks.{i}.ln_2.", "visual.trunk.blocks.{i}.norm2."},
    {"visual.transformer.resblocks.{i}.mlp.c_fc.", "visual.trunk.blocks.{i}.mlp.fc1."},
    {"visual.transformer.resblocks.{i}.mlp.c_proj.", "visual.trunk.blocks.{i}.mlp.fc2."},
    {"visual.ln_post.", "visual.trunk.norm."},
    {"visual.proj", "^visual.head.proj.weight"},
};

}  // namespace

TimmTower read_timm_tower(const std::string& name, const std::string& where) {
  static const std::regex pattern("vit_[a-z]+_patch([0-9]{1,3})_clip_(quickgelu_)?[0-9]{1,4}(\\..*)?");
  constexpr std::size_t kLongest = 100;  // the library's regular expressions recurse
  std::smatch parts;
  if (name.size() > kLongest || !std::regex_match(name, parts, pattern)) {
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{} asks for a tower of the timm library, '{}', that is not CLIP's own", where,
                            name.substr(0, kLongest)),
                "read are those named vit_..._patch..._clip_..., such as vit_base_patch16_clip_224");
  }
  return {std::stoll(parts[1].str()), parts[2].matched ? Activation::kQuickGelu : Activation::kGelu};
}

std::string timm_name(const std::string& name) {
  for (const auto& [ours, timm] : kNames) {
    const std::string start = ours;
    if (name.compare(0, start.size(), start) == 0) return timm + name.substr(start.size());
  }
  return name;
}

}  // namespace relprompt::model
