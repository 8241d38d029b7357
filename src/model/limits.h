// What no CLIP exceeds, so that a hostile file is refused before it costs anything.
#pragma once

#include <cstdint>

namespace relprompt::model {

/// Layers of a tower; no published CLIP comes near it, nor any of the others.
constexpr std::int64_t kMaxTowerLayers = 256;
constexpr double kLeastTemperature = 1e-3, kMostTemperature = 100;
constexpr std::int64_t kMaxWidth = 16384, kMaxGrid = 1024, kMaxPatch = 256;
constexpr std::int64_t kMaxContext = 4096, kMaxVocab = 1 << 22, kMaxPixels = 1 << 16;

/// What is added to a norm's variance: beyond these it would be no rounding any more.
constexpr double kLeastEpsilon = 1e-12, kLargestEpsilon = 1e-2;

}  // namespace relprompt::model
