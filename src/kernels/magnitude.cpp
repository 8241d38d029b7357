#include "kernels/magnitude.h"

#include <algorithm>
#include <cstring>

namespace relprompt::kernels {
namespace {

// Small enough for the bits to be loaded once, large enough to be worth a thread's time.
constexpr std::int64_t kChunk = 1 << 15;

/// Without the sign, the bits of floats are ordered as the numbers are: infinity above all numbers, NaN above
/// infinity. Comparing them as integers needs no care for NaN.
std::int32_t largest_bits(const float* x, std::int64_t count) {
  std::int32_t most = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    most = std::max(most, bits & 0x7fffffff);
  }
  return most;
}

}  // namespace

float largest_magnitude(const float* x, std::int64_t count) {
  std::int32_t most = 0;
#pragma omp parallel for reduction(max : most)
  for (std::int64_t i = 0; i < count; i += kChunk) {
    most = std::max(most, largest_bits(x + i, std::min(kChunk, count - i)));
  }
  float magnitude;
  std::memcpy(&magnitude, &most, sizeof magnitude);
  return magnitude;
}

}  // namespace relprompt::kernels
