// A float's bits, and bfloat16 as the upper half of them. Static, because each instruction set has its own
// copy (simd_kernels.cpp).
#pragma once

#include <cstdint>

namespace relprompt::kernels {

static inline std::uint32_t bits_of(float x) {
  std::uint32_t bits = 0;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  return bits;
}

static inline float float_of(std::uint32_t bits) {
  float x = 0;
  __builtin_memcpy(&x, &bits, sizeof(x));
  return x;
}

/// The upper half is x as the nearest bfloat16, ties to even: half of the last kept digit is added, less one
/// where the number would stay even. Infinities stay; NaN is not expected.
static inline std::uint32_t rounded_bits(float x) {
  const std::uint32_t bits = bits_of(x);
  return bits + 0x7FFFu + (bits >> 16 & 1u);
}

}  // namespace relprompt::kernels
