#include "engine/causal_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace relprompt::engine {
namespace {

float dot(const float* a, const float* b, std::int64_t size) {
  float sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

/// Scores of `count` keys become shares that sum to 1.
void softmax(std::vector<float>& scores, std::int64_t count) {
  const auto end = scores.begin() + count;
  const float largest = *std::max_element(scores.begin(), end);
  float total = 0;
  for (auto score = scores.begin(); score != end; ++score) total += * score = std::exp(*score - largest);
  for (auto score = scores.begin(); score != end; ++score) *score /= total;
}

}  // namespace

void causal_attention(const float* qkv, std::int64_t batch, std::int64_t tokens, std::int64_t width,
                      std::int64_t heads, float* out) {
  const auto size = width / heads, stride = 3 * width;
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
#pragma omp parallel for
  for (std::int64_t task = 0; task < batch * heads; ++task) {
    const auto b = task / heads, first = task % heads * size;
    const float* rows = qkv + b * tokens * stride + first;
    std::vector<float> scores(static_cast<std::size_t>(tokens));
    for (std::int64_t t = 0; t < tokens; ++t) {
      for (std::int64_t s = 0; s <= t; ++s) {
        scores[static_cast<std::size_t>(s)] = scale * dot(rows + t * stride, rows + s * stride + width, size);
      }
      softmax(scores, t + 1);
      float* to = out + (b * tokens + t) * width + first;
      std::fill_n(to, size, 0.0f);
      for (std::int64_t s = 0; s <= t; ++s) {
        const float share = scores[static_cast<std::size_t>(s)];
        const float* value = rows + s * stride + 2 * width;
        for (std::int64_t i = 0; i < size; ++i) to[i] += share * value[i];
      }
    }
  }
}

}  // namespace relprompt::engine
