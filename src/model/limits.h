// What no CLIP exceeds, so that a hostile file is refused before it costs anything.
#pragma once

#include <cstdint>

namespace relprompt::model {

/// Layers of a tower; no published CLIP comes near it.
constexpr std::int64_t kMaxTowerLayers = 256;

}  // namespace relprompt::model
