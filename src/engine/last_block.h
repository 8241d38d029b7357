// The last layer of a tower in its parts, for a dense head to take what it needs.
//
// Its products are in the tower's precision (engine/head_linear.h). What heads decide by thresholds on the
// likeness of patches they compute in fp32 whatever the tower's precision.
#pragma once

#include <cstdint>

#include "engine/head_linear.h"
#include "engine/tower_weights.h"

namespace relprompt::engine {

/// Which of the stacked projections.
enum class Projection { kQueries, kKeys, kValues };

struct LastBlock {
  BlockTensors tensors;
  std::int64_t heads = 0;
  kernels::Activation activation = kernels::Activation::kQuickGelu;
  std::int64_t layers = 0;  ///< of the tower, this one among them
  kernels::Precision precision = kernels::Precision::kFp32;

  std::int64_t width() const { return tensors.qkv_weight.shape()[1]; }

  /// y = ln_1(x), rows of D numbers.
  void norm(const float* x, std::int64_t rows, float* y) const;
  /// `count` projections that follow each other, of rows of norm: D -> count * D numbers. This and what
  /// follows must not outlive the block's tensors.
  HeadLinear projection(Projection first, std::int64_t count) const;
  /// The output projection, of what attention mixed: D -> D numbers.
  HeadLinear output() const;

  kernels::BlockWeights weights() const { return tensors.weights(heads, activation); }
};

/// The rest of the layer around the attention's result.
class ResidualMlp {
 public:
  /// last must outlive this.
  explicit ResidualMlp(const LastBlock& last);
  /// y = x + y, then y += mlp(ln_2(y)), rows of D numbers. normed is room for as many numbers as y has.
  void run(const float* x, std::int64_t rows, float* y, float* normed,
           kernels::BlockWorkspace& workspace) const;

 private:
  kernels::BlockWeights weights_;
  HeadLinear fc1_, fc2_;
};

/// Attention of tokens [batch, tokens] whose queries are their keys, in all heads of the layer. likeness and
/// values have `stride` numbers a token; out [batch, tokens, D], apart from both. edit as in
/// kernels/attention.h.
void self_attention(const LastBlock& last, const float* likeness, const float* values, std::int64_t stride,
                    std::int64_t batch, std::int64_t tokens, float* out,
                    const kernels::ScoreEdit* edit = nullptr);

}  // namespace relprompt::engine
