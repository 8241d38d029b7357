// How far the heads of a layer look (mean attention distance).
#pragma once

#include <vector>

#include "engine/tower_weights.h"
#include "engine/vision_encoder.h"

namespace relprompt::engine {

/// For each head the distance in patches between a patch and the patches that it attends to, weighted by the
/// attention and averaged over the patches. state: what enters layer state.layer (counted from 0), of one
/// image. The attention is that among patches alone: class token and prompts, which have no place, are left
/// out. Runs on the threads of OpenMP.
std::vector<double> attention_distance(const TowerWeights& weights, const model::VisionConfig& vision,
                                       const LayerState& state);

}  // namespace relprompt::engine
