// e^x as the kernels need it: for numbers that are not positive, and written so that loops around it become
// vector code. Static, because each instruction set has its own copy (simd_kernels.cpp).
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// e^x for x <= 0: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes' coefficients); relative error
/// below 2e-7, 0 where the result would be subnormal, NaN for NaN. Without a branch, so that the compiler
/// vectorises.
static inline float exp_negative(float x) {
  const float clamped = x > -87.0f ? x : -87.0f;  // of NaN too, which no integer stands for
  const float n = __builtin_floorf(clamped * 1.44269504f + 0.5f);
  const float r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const std::int32_t bits = (static_cast<std::int32_t>(n) + 127) << 23;
  float power = 0.0f;
  __builtin_memcpy(&power, &bits, sizeof(power));
  const float result = x < -87.0f ? 0.0f : p * power;
  return x == x ? result : x;
}

/// The row becomes e^(v - its largest number); returns the sum of that. count >= 1.
static inline float exponential_row(float* row, std::int64_t count) {
  float max = row[0], total = 0;
  // The pragmas allow what the language forbids by default: reordering a sum, and so vectorising it.
#pragma omp simd reduction(max : max)
  for (std::int64_t i = 0; i < count; ++i) max = row[i] > max ? row[i] : max;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = 0; i < count; ++i) {
    row[i] = exp_negative(row[i] - max);
    total += row[i];
  }
  return total;
}

}  // namespace relprompt::kernels
