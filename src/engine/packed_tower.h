// The image tower's layers, packed for the fused kernels: from the cache of packed weights where that has
// them, else from the model.
#pragma once

#include <vector>

#include "engine/tower_weights.h"
#include "model/pack_cache.h"

namespace relprompt::engine {

/// How many of the first layers are packed: all, or all but the last where a dense head takes its place.
std::int64_t packed_layers(const model::ModelConfig& config);

/// packings: one a layer. Gives back the pages of the model's file. Runs on the threads of OpenMP. Throws
/// std::bad_alloc, and as TowerWeights::at.
std::vector<kernels::PackedBlock> packed_tower(const model::ModelFiles& model, const TowerWeights& weights,
                                               const std::vector<kernels::BlockPacking>& packings,
                                               const model::PackCacheRules& rules);

}  // namespace relprompt::engine
