// Compiled once an instruction set, as simd_kernels.cpp is and under the same rules; RELPROMPT_ATTENTION_SIMD
// names the table that this copy fills.
#include "kernels/attention_simd.h"

#include "kernels/bfloat16_bits.h"
#include "kernels/exponential.h"

namespace relprompt::kernels {
namespace {

inline float largest(const float* row, std::int64_t count) {
  float max = row[0];
#pragma omp simd reduction(max : max)
  for (std::int64_t i = 0; i < count; ++i) max = row[i] > max ? row[i] : max;
  return max;
}

template <typename T>
inline void clear_rest(T* row, ScoreColumns columns) {
  for (std::int64_t i = columns.count; i < columns.stride; ++i) row[i] = 0;
}

void exponential_rows(float* values, std::int64_t rows, ScoreColumns columns, float* totals) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = values + r * columns.stride;
    totals[r] = exponential_row(row, columns.count);
    clear_rest(row, columns);
  }
}

/// 2^x for -125 <= x <= 0, and 2^-125 below that: 2^n times a polynomial of degree 3 on [-1/2, 1/2] that was
/// fitted for the least relative error, 7.5e-5, a fiftieth of a step of bfloat16. NaN is not expected.
inline float coarse_power(float x) {
  constexpr float kShift = 12582912.0f;  // 1.5 * 2^23: a sum with it is rounded, n in its lowest bits
  const float clamped = x > -125.0f ? x : -125.0f;
  const float shifted = clamped + kShift;
  const float r = clamped - (shifted - kShift);
  float p = 0.055171685f;
  p = p * r + 0.24261116f;
  p = p * r + 0.69326099f;
  p = p * r + 0.99992807f;
  return float_of(bits_of(p) + (bits_of(shifted) << 23));
}

constexpr float kLog2E = 1.44269504f;
constexpr float kWeightSteps = 254.0f;  // and not 255, so that nothing that is added makes 256 of it

void exponential_rows_bfloat16(const float* values, std::int64_t rows, ScoreColumns columns, std::uint16_t* e,
                               float* totals) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = values + r * columns.stride;
    std::uint16_t* to = e + r * columns.stride;
    const float max = largest(row, columns.count);
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (std::int64_t i = 0; i < columns.count; ++i) {
      const std::uint32_t bits = rounded_bits(coarse_power((row[i] - max) * kLog2E));
      to[i] = static_cast<std::uint16_t>(bits >> 16);
      total += float_of(bits & 0xFFFF0000u);
    }
    clear_rest(to, columns);
    totals[r] = total;
  }
}

void exponential_rows_int8(const std::int32_t* sums, std::int64_t rows, ScoreColumns columns,
                           const RowScale* row_scale, const float* scale, const float* shift,
                           const float* dither, float* work, std::uint8_t* e, float* totals) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int32_t* row = sums + r * columns.stride;
    std::uint8_t* to = e + r * columns.stride;
    const float step = row_scale[r].step * kLog2E;
    const auto zero = static_cast<float>(row_scale[r].zero);
    float max = -3e38f;
#pragma omp simd reduction(max : max)
    for (std::int64_t i = 0; i < columns.count; ++i) {
      work[i] = static_cast<float>(row[i]) * scale[i] - zero * shift[i];
      max = work[i] > max ? work[i] : max;
    }
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (std::int64_t i = 0; i < columns.count; ++i) {
      const float value = kWeightSteps * coarse_power(step * (work[i] - max));
      to[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(value + dither[i]));
      total += value;
    }
    clear_rest(to, columns);
    totals[r] = total;
  }
}

void subtract_column_means(float* x, std::int64_t rows, std::int64_t width, float* mean) {
  for (std::int64_t i = 0; i < width; ++i) mean[i] = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * width;
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) mean[i] += row[i];
  }
  const float share = 1.0f / static_cast<float>(rows);
  for (std::int64_t i = 0; i < width; ++i) mean[i] *= share;
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = x + r * width;
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) row[i] -= mean[i];
  }
}

/// To the nearest integer, as quantise in simd_kernels.cpp does.
inline std::int8_t rounded(float x) {
  return static_cast<std::int8_t>(static_cast<std::int32_t>(x + 256.5f) - 256);
}

/// Columns are taken in groups, whose factors stay in registers.
void quantise_columns(const float* x, std::int64_t rows, std::int64_t width, int limit, std::int8_t* q,
                      float* scale) {
  const auto top = static_cast<float>(limit);
  constexpr std::int64_t kGroup = 64;
  for (std::int64_t first = 0; first < width; first += kGroup) {
    const std::int64_t count = width - first < kGroup ? width - first : kGroup;
    float max[kGroup] = {}, factor[kGroup];
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = x + r * width + first;
#pragma omp simd
      for (std::int64_t i = 0; i < count; ++i) {
        const float size = __builtin_fabsf(row[i]);
        max[i] = size > max[i] ? size : max[i];
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      scale[first + i] = max[i] / top;
      factor[i] = max[i] > 1e-30f ? top / max[i] : 0.0f;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = x + r * width + first;
      std::int8_t* to = q + r * width + first;
#pragma omp simd
      for (std::int64_t i = 0; i < count; ++i) to[i] = rounded(row[i] * factor[i]);
    }
  }
}

}  // namespace

extern const AttentionSimd RELPROMPT_ATTENTION_SIMD;
const AttentionSimd RELPROMPT_ATTENTION_SIMD = {exponential_rows, exponential_rows_bfloat16,
                                                exponential_rows_int8, subtract_column_means,
                                                quantise_columns};

}  // namespace relprompt::kernels
