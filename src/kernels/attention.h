// Multi-head attention of one layer, without ever holding all scores.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// Queries, keys and values as the layer's projections leave them: one row a token, heads side by side.
struct AttentionInput {
  const float* qkv = nullptr;  ///< [batch, tokens, 3 * width]: queries, keys, values of a token
  const float* extra_kv =
      nullptr;  ///< [batch, extra, 2 * width]: tokens that are only looked at; may be nullptr
  std::int64_t batch = 0;
  std::int64_t tokens = 0;
  std::int64_t extra = 0;
  std::int64_t width = 0;  ///< divisible by heads
  std::int64_t heads = 0;
};

/// out [batch, tokens, width] = softmax(q k^T / sqrt(width / heads)) v, keys and values of tokens and extra
/// together. A tile of queries is scored, normalised and mixed while its scores are in the second-level
/// cache. Runs on the threads of OpenMP, one head of one image a task.
void attention(const AttentionInput& input, float* out);

}  // namespace relprompt::kernels
