// Whether what the network computed means anything, asked at patch resolution, where it costs next to
// nothing.
//
// Weights that are numbers can still overflow on the way; an arg max over the result is class 0 everywhere.
#pragma once

#include <torch/torch.h>

#include "relprompt/error.h"

namespace relprompt::network {

/// Features of patches [B, N, E]. Throws Error(code) if one is no number, or a patch has zeros alone: a
/// length that overflowed leaves that.
void check_features(const torch::Tensor& patches, ErrorCode code);

/// Scores [B, N, S] of the embeddings t [S, E]. Throws Error(code) if one is no number, or if all embeddings,
/// though they differ, score the same at every patch.
void check_scores(const torch::Tensor& scores, const torch::Tensor& t, ErrorCode code);

}  // namespace relprompt::network
