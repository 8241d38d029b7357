// Attention whose two products have 8 bits.
#pragma once

#include "kernels/attention.h"

namespace relprompt::kernels {

/// Whether the processor multiplies numbers of 8 bits exactly (VNNI), and so faster than longer ones.
bool int8_attention_pays();

/// attention() with queries and keys in 8 bits a row, values in 8 bits a channel and exponentials in 8 bits
/// of their row's largest. Keys and values are rounded less their means over the tokens: what a mean does to
/// all scores of a row alike, softmax ignores, and the values' mean is added to the result, unrounded. Totals
/// are those of unrounded exponentials, and these are rounded up or down in turns (see
/// AttentionSimd::exponential_rows_int8), because hundreds of weights below half a step can be most of a
/// row.
void attention_int8(const AttentionParts& input, float* out);

}  // namespace relprompt::kernels
