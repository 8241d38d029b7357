#include "kernels/quick_gelu.h"

#include <algorithm>

#include "kernels/exponential.h"
#include "kernels/instruction_sets.h"

namespace relprompt::kernels {
namespace {

// Numbers a thread takes at a time: three arrays of this length stay in the second-level cache.
constexpr std::int64_t kChunk = 1 << 15;

/// sigmoid(1.702 x), without overflow for either sign.
inline float gate(float x) {
  const float z = 1.702f * x;
  const float e = exp_negative(-__builtin_fabsf(z));
  return (z < 0.0f ? e : 1.0f) / (1.0f + e);
}

RELPROMPT_EACH_ISA
void activate_range(const float* x, std::int64_t count, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * gate(x[i]);
}

RELPROMPT_EACH_ISA
void differentiate_range(const float* x, const float* dy, std::int64_t count, float* dx) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float s = gate(x[i]);
    dx[i] = dy[i] * (s + 1.702f * x[i] * s * (1.0f - s));
  }
}

}  // namespace

void quick_gelu(const float* x, std::int64_t count, float* y) {
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) activate_range(x + i, std::min(kChunk, count - i), y + i);
}

void quick_gelu_backward(const float* x, const float* dy, std::int64_t count, float* dx) {
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) {
    differentiate_range(x + i, dy + i, std::min(kChunk, count - i), dx + i);
  }
}

}  // namespace relprompt::kernels
