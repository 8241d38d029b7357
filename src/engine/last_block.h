// The last layer of a tower in its parts, for a dense head to take what it needs.
//
// In fp32 whatever the tower's precision: heads decide by thresholds, and their products are few.
#pragma once

#include <cstdint>

#include "engine/tower_weights.h"

namespace relprompt::engine {

/// Which of the stacked projections.
enum class Projection { kQueries, kKeys, kValues };

struct LastBlock {
  BlockTensors tensors;
  std::int64_t heads = 0;
  kernels::Activation activation = kernels::Activation::kQuickGelu;
  std::int64_t layers = 0;  ///< of the tower, this one among them

  std::int64_t width() const { return tensors.qkv_weight.shape()[1]; }

  /// y = ln_1(x), rows of D numbers.
  void norm(const float* x, std::int64_t rows, float* y) const;
  /// `count` projections that follow each other. normed [rows, D] -> y [rows, count * D].
  void project(const float* normed, std::int64_t rows, Projection first, std::int64_t count, float* y) const;
  /// What attention mixed through the output projection, rows of D numbers.
  void join_heads(const float* mixed, std::int64_t rows, float* y) const;
  /// y = x + y, then y += mlp(ln_2(y)): the rest of the layer around the attention's result y. normed is room
  /// for as many numbers as y has.
  void add_residual_and_mlp(const float* x, std::int64_t rows, float* y, float* normed,
                            kernels::BlockWorkspace& workspace) const;

  kernels::BlockWeights weights() const { return tensors.weights(heads, activation); }
};

/// Attention of tokens [batch, tokens] whose queries are their keys, in all heads of the layer. likeness and
/// values have `stride` numbers a token; out [batch, tokens, D], apart from both. edit as in
/// kernels/attention.h.
void self_attention(const LastBlock& last, const float* likeness, const float* values, std::int64_t stride,
                    std::int64_t batch, std::int64_t tokens, float* out,
                    const kernels::ScoreEdit* edit = nullptr);

}  // namespace relprompt::engine
