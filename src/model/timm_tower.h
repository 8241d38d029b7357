// Image towers of the timm library inside a CLIP that open_clip saved: its ViTs that are CLIP's own tower
// under other names. They have a norm before the layers, a class token that is pooled, and a projection
// without a bias.
#pragma once

#include <string>

#include "model/clip_config.h"

namespace relprompt::model {

/// What the name of such a tower states.
struct TimmTower {
  std::int64_t patch = 0;
  Activation activation = Activation::kGelu;
};

/// Of a name like vit_base_patch16_clip_224.openai or vit_large_patch14_clip_quickgelu_336. Throws
/// Error(kBadModelConfig) for another tower; where: how messages call the key.
TimmTower read_timm_tower(const std::string& name, const std::string& where);

/// Our name of a tensor, with "{i}" for the layer, as timm and open_clip have it; names of the text tower are
/// the same. A leading '^' as in TableLine, a leading '=' for dimensions of 1 before those of ours.
std::string timm_name(const std::string& name);

}  // namespace relprompt::model
