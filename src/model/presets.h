// Published CLIPs: their sizes by name, and the heads of their towers by width, which no tensor says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/clip_config.h"

namespace relprompt::model {

/// A published architecture by name.
struct Preset {
  std::string name;
  ClipConfig config;
};

/// ViT-B-32, ViT-B-16, ViT-L-14, ViT-L-14-336, ViT-H-14, ViT-g-14, ViT-bigG-14.
const std::vector<Preset>& presets();

/// The preset of that name. Throws Error(kBadArgument) that lists the names.
const ClipConfig& preset(const std::string& name);

/// Name of the preset with these sizes, whatever its position grid; "custom" if there is none.
std::string architecture_name(const ClipConfig& config);

enum class Tower { kImage, kText };

struct KnownHeads {
  std::int64_t heads = 0;
  std::string reason;  ///< "as in ViT-H-14", for people
};

/// How many heads a tower of this width has: as a published tower of the same width, else width / 64. nullopt
/// for other widths.
std::optional<KnownHeads> known_heads(Tower tower, std::int64_t width);

}  // namespace relprompt::model
