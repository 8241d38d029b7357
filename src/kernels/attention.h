// Multi-head attention of one layer and its gradient, without ever holding all scores.
#pragma once

#include <cstdint>

#include "kernels/precision.h"

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

/// The same, wherever queries, keys and values lie: they may be the same numbers.
struct AttentionParts {
  const float *queries = nullptr, *keys = nullptr, *values = nullptr;  ///< width numbers a token
  std::int64_t query_stride = 0, kv_stride = 0;  ///< from one token to the next of the batch
  const float* extra_kv = nullptr;               ///< this and what follows as in AttentionInput
  std::int64_t batch = 0;
  std::int64_t tokens = 0;
  std::int64_t extra = 0;
  std::int64_t width = 0;
  std::int64_t heads = 0;
};

/// The same numbers where they lie; nothing is copied.
inline AttentionParts parts_of(const AttentionInput& input) {
  const auto stride = 3 * input.width;
  return {input.qkv,
          input.qkv + input.width,
          input.qkv + 2 * input.width,
          stride,
          stride,
          input.extra_kv,
          input.batch,
          input.tokens,
          input.extra,
          input.width,
          input.heads};
}

/// Changes scores before their softmax, as a head that adds what it knows of places does.
class ScoreEdit {
 public:
  virtual ~ScoreEdit() = default;
  /// The scores of queries [begin, end) of an image in any head, [end - begin, stride] of which the first
  /// numbers of a row are its keys. May be called by several threads.
  virtual void edit(std::int64_t image, std::int64_t begin, std::int64_t end, float* scores,
                    std::int64_t stride) const = 0;
};

/// out [batch, tokens, width] = softmax(q k^T / sqrt(width / heads)) v, keys and values of tokens and extra
/// together. A tile of queries is scored, normalised and mixed while its scores are in the second-level
/// cache. Both products are in the precision where the processor multiplies it faster (native_bfloat16; VNNI
/// for int8, else as bf16), else in fp32; softmax is in fp32. out may be the queries, where these stand
/// alone: each tile takes the place of its own. Runs on the threads of OpenMP, one head of one image a task.
/// edit: what changes the scores, nullptr: nothing; then int8 is as bf16.
void attention(const AttentionParts& input, float* out, Precision precision = Precision::kFp32,
               const ScoreEdit* edit = nullptr);

inline void attention(const AttentionInput& input, float* out, Precision precision = Precision::kFp32) {
  attention(parts_of(input), out, precision);
}

/// Gradients by qkv and extra_kv, of their shapes, for the gradient d_out [batch, tokens, width] by the
/// result; nullptr where one is not wanted. Nothing of the forward pass is needed: the scores of a tile of
/// queries are computed again. Threads as above; the same numbers for any number of threads.
void attention_backward(const AttentionInput& input, const float* d_out, float* d_qkv, float* d_extra_kv);

}  // namespace relprompt::kernels
