// Whether what the network computed means anything, asked at patch resolution, where it costs next to
// nothing.
//
// Weights that are numbers can still overflow on the way; an arg max over the result is class 0 everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/relationship_prompts.h"

namespace relprompt::engine {

/// patches p [B, N, E]. Throws Error(kTensorMismatch) if a number is NaN or infinite, or a patch has zeros
/// alone: a length that overflowed leaves that.
void check_features(const std::vector<float>& patches, std::int64_t width);

/// scores [B, S, N] of the embeddings t [S, E]. Throws Error(kTensorMismatch) if one is NaN or infinite, or
/// if all embeddings, though they differ, score the same at every patch.
void check_scores(const float* scores, std::int64_t batch, std::int64_t patches, const Texts& texts,
                  std::int64_t width);

}  // namespace relprompt::engine
