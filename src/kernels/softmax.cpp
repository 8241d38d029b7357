#include "kernels/softmax.h"

#include <algorithm>
#include <cstring>

#include "kernels/instruction_sets.h"

namespace relprompt::kernels {
namespace {

/// e^x for x <= 0: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes' coefficients). Written without a
/// branch so that the compiler vectorises the loop around it.
inline float exp_negative(float x) {
  const float clamped = std::max(x, -87.0f);
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
    // Sixteen partial results each, because the compiler may not reorder a floating point sum by itself.
    constexpr std::int64_t kLanes = 16;
    float largest[kLanes], sum[kLanes] = {};
    for (std::int64_t l = 0; l < kLanes; ++l) largest[l] = row[0];
    std::int64_t i = 0;
    for (; i + kLanes <= columns; i += kLanes) {
      for (std::int64_t l = 0; l < kLanes; ++l) largest[l] = row[i + l] > largest[l] ? row[i + l] : largest[l];
    }
    float max = *std::max_element(largest, largest + kLanes);
    for (; i < columns; ++i) max = std::max(max, row[i]);
    for (i = 0; i + kLanes <= columns; i += kLanes) {
      for (std::int64_t l = 0; l < kLanes; ++l) {
        row[i + l] = exp_negative(row[i + l] - max);
        sum[l] += row[i + l];
      }
    }
    float total = 0;
    for (const float part : sum) total += part;
    for (; i < columns; ++i) {
      row[i] = exp_negative(row[i] - max);
      total += row[i];
    }
    const float scale = 1.0f / total;
    for (i = 0; i < columns; ++i) row[i] *= scale;
  }
}

}  // namespace relprompt::kernels
