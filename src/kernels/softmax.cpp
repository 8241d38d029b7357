#include "kernels/softmax.h"

#include <cstring>

#include "kernels/instruction_sets.h"

namespace relprompt::kernels {
namespace {

/// e^x for x <= 0: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes' coefficients). Written without a
/// branch so that the compiler vectorises the loop around it.
inline float exp_negative(float x) {
  const float clamped = x < -87.0f ? -87.0f : x;
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
  std::memcpy(&power, &bits, sizeof(power));
  return x < -87.0f ? 0.0f : p * power;
}

}  // namespace

RELPROMPT_EACH_ISA
void softmax_rows(float* values, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = values + r * columns;
    float max = row[0], total = 0;
    // The pragmas allow what the language forbids by default: reordering a sum, and so vectorising it.
#pragma omp simd reduction(max : max)
    for (std::int64_t i = 0; i < columns; ++i) max = row[i] > max ? row[i] : max;
#pragma omp simd reduction(+ : total)
    for (std::int64_t i = 0; i < columns; ++i) {
      row[i] = exp_negative(row[i] - max);
      total += row[i];
    }
    const float scale = 1.0f / total;
#pragma omp simd
    for (std::int64_t i = 0; i < columns; ++i) row[i] *= scale;
  }
}

}  // namespace relprompt::kernels
