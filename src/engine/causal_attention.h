// Attention of short sequences in which a token looks at itself and at what stands before it.
#pragma once

#include <cstdint>

namespace relprompt::engine {

/// qkv [batch, tokens, 3 * width]: queries, keys, values of a token; out [batch, tokens, width] =
/// softmax(q k^T / sqrt(width / heads)) v over the tokens up to each. width divisible by heads. Runs on the
/// threads of OpenMP.
void causal_attention(const float* qkv, std::int64_t batch, std::int64_t tokens, std::int64_t width,
                      std::int64_t heads, float* out);

}  // namespace relprompt::engine
