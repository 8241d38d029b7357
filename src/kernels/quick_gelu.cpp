#include "kernels/quick_gelu.h"

#include <algorithm>

#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

// Numbers a thread takes at a time: three arrays of this length stay in the second-level cache.
constexpr std::int64_t kChunk = 1 << 15;

}  // namespace

void quick_gelu(const float* x, std::int64_t count, float* y) {
  const auto& activate = simd_kernels().activate;
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) {
    activate(x + i, std::min(kChunk, count - i), Activation::kQuickGelu, y + i);
  }
}

void quick_gelu_backward(const float* x, const float* dy, std::int64_t count, float* dx) {
  const auto& differentiate = simd_kernels().quick_gelu_backward;
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) {
    differentiate(x + i, dy + i, std::min(kChunk, count - i), dx + i);
  }
}

}  // namespace relprompt::kernels
