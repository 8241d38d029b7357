// Compiled once an instruction set, with RELPROMPT_SIMD_KERNELS naming the table that this copy fills.
// Everything but that table is in an unnamed namespace and nothing with inline functions is included: a
// function shared by two copies could end up as the AVX-512 one in a program that runs without AVX-512.
#include "kernels/simd_kernels.h"

#include "kernels/bfloat16_bits.h"
#include "kernels/exponential.h"

namespace relprompt::kernels {
namespace {

void softmax_rows(float* values, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = values + r * columns;
    const float scale = 1.0f / exponential_row(row, columns);
#pragma omp simd
    for (std::int64_t i = 0; i < columns; ++i) row[i] *= scale;
  }
}

void softmax_rows_backward(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                           float scale) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* weight = p + r * columns;
    float* row = gradient + r * columns;
    float mean = 0;
#pragma omp simd reduction(+ : mean)
    for (std::int64_t i = 0; i < columns; ++i) mean += weight[i] * row[i];
#pragma omp simd
    for (std::int64_t i = 0; i < columns; ++i) row[i] = scale * weight[i] * (row[i] - mean);
  }
}

/// sigmoid(1.702 x), without overflow for either sign.
inline float gate(float x) {
  const float z = 1.702f * x;
  const float e = exp_negative(-__builtin_fabsf(z));
  return (z < 0.0f ? e : 1.0f) / (1.0f + e);
}

/// erf of a number that is not negative (Abramowitz and Stegun 7.1.26), absolute error below 2e-7.
inline float erf_positive(float x) {
  const float t = 1.0f / (1.0f + 0.3275911f * x);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  return 1.0f - p * t * exp_negative(-x * x);
}

void activate(const float* x, std::int64_t count, Activation activation, float* y) {
  if (activation == Activation::kQuickGelu) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * gate(x[i]);
  } else if (activation == Activation::kGelu) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      const float v = x[i], e = erf_positive(__builtin_fabsf(v) * 0.70710678f);
      y[i] = 0.5f * v * (1.0f + (v < 0.0f ? -e : e));
    }
  } else if (x != y) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = x[i];
  }
}

void quick_gelu_backward(const float* x, const float* dy, std::int64_t count, float* dx) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float s = gate(x[i]);
    dx[i] = dy[i] * (s + 1.702f * x[i] * s * (1.0f - s));
  }
}

void layer_norm_rows(const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                     const float* bias, float epsilon, float* y) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* from = x + r * width;
    float* to = y + r * width;
    float mean = 0, square = 0;
#pragma omp simd reduction(+ : mean)
    for (std::int64_t i = 0; i < width; ++i) mean += from[i];
    mean /= static_cast<float>(width);
    // A second pass over a row in the first-level cache, because a difference of sums would lose digits.
#pragma omp simd reduction(+ : square)
    for (std::int64_t i = 0; i < width; ++i) square += (from[i] - mean) * (from[i] - mean);
    const float scale = 1.0f / __builtin_sqrtf(square / static_cast<float>(width) + epsilon);
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) to[i] = (from[i] - mean) * scale * weight[i] + bias[i];
  }
}

void round_bfloat16(const float* x, std::int64_t count, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = float_of(rounded_bits(x[i]) & 0xFFFF0000u);
}

void narrow_bfloat16(const float* x, std::int64_t count, std::uint16_t* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<std::uint16_t>(rounded_bits(x[i]) >> 16);
}

void widen_bfloat16(const std::uint16_t* x, std::int64_t count, float* y) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = float_of(static_cast<std::uint32_t>(x[i]) << 16);
}

void subtract_row(const float* x, std::int64_t rows, std::int64_t width, const float* row, float* y) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* from = x + r * width;
    float* to = y + r * width;
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) to[i] = from[i] - row[i];
  }
}

struct Range {
  float low, high;
};

/// Of the row's numbers and 0.
inline Range range_of(const float* row, std::int64_t width) {
  float low = 0, high = 0;
#pragma omp simd reduction(min : low) reduction(max : high)
  for (std::int64_t i = 0; i < width; ++i) {
    low = row[i] < low ? row[i] : low;
    high = row[i] > high ? row[i] : high;
  }
  return {low, high};
}

inline float largest(const float* row, std::int64_t width) {
  float max = 0;
#pragma omp simd reduction(max : max)
  for (std::int64_t i = 0; i < width; ++i) {
    const float size = __builtin_fabsf(row[i]);
    max = size > max ? size : max;
  }
  return max;
}

/// To the nearest integer q with |q| < 256, plus `zero`, by cutting off what lies above it.
template <typename T>
inline void quantise(const float* row, std::int64_t width, float factor, int zero, T* q) {
#pragma omp simd
  for (std::int64_t i = 0; i < width; ++i) {
    q[i] = static_cast<T>(static_cast<std::int32_t>(row[i] * factor + 256.5f) - 256 + zero);
  }
}

void quantise_rows(const float* x, std::int64_t rows, std::int64_t width, std::uint8_t* q, RowScale* scale) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const auto [low, high] = range_of(x + r * width, width);
    const float extent = high - low, factor = extent > 1e-30f ? 254.0f / extent : 0.0f;
    const auto zero = static_cast<std::int32_t>(0.5f - low * factor);
    scale[r] = {extent / 254.0f, zero};
    quantise(x + r * width, width, factor, zero, q + r * width);
  }
}

void quantise_weights(const float* x, std::int64_t rows, std::int64_t width, int limit, std::int8_t* q,
                      float* scale) {
  const auto top = static_cast<float>(limit);
  for (std::int64_t r = 0; r < rows; ++r) {
    const float max = largest(x + r * width, width);
    scale[r] = max / top;
    quantise(x + r * width, width, max > 1e-30f ? top / max : 0.0f, 0, q + r * width);
  }
}

/// One row; what is absent costs nothing, because the choices are made when this is compiled.
template <bool kAdd, bool kBias>
void dequantise_row(const std::int32_t* from, std::int64_t columns, RowScale row, const Dequantiser& by,
                    float* to) {
  const float* scale = by.column_scale;
  const float* bias = by.bias;
  const std::int32_t* offset = by.column_offset;
#pragma omp simd
  for (std::int64_t i = 0; i < columns; ++i) {
    float value = static_cast<float>(from[i] - row.zero * offset[i]) * (row.step * scale[i]);
    if (kBias) value += bias[i];
    if (kAdd) value += to[i];
    to[i] = value;
  }
}

void dequantise_rows(const std::int32_t* sums, std::int64_t rows, std::int64_t columns,
                     const RowScale* row_scale, const Dequantiser& by, bool add, float* y,
                     std::int64_t stride) {
  const auto row = by.bias != nullptr ? (add ? dequantise_row<true, true> : dequantise_row<false, true>)
                                      : (add ? dequantise_row<true, false> : dequantise_row<false, false>);
  for (std::int64_t r = 0; r < rows; ++r) {
    row(sums + r * columns, columns, row_scale[r], by, y + r * stride);
  }
}

/// Sums of four rows at a time: each addition to one waits for the last, and meanwhile the others go on.
void squared_distances(const float* x, std::int64_t rows, std::int64_t width, const float* row, float* d) {
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *x0 = x + r * width, *x1 = x0 + width, *x2 = x1 + width, *x3 = x2 + width;
    float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
#pragma omp simd reduction(+ : sum0, sum1, sum2, sum3)
    for (std::int64_t i = 0; i < width; ++i) {
      sum0 += (x0[i] - row[i]) * (x0[i] - row[i]);
      sum1 += (x1[i] - row[i]) * (x1[i] - row[i]);
      sum2 += (x2[i] - row[i]) * (x2[i] - row[i]);
      sum3 += (x3[i] - row[i]) * (x3[i] - row[i]);
    }
    d[r] = sum0;
    d[r + 1] = sum1;
    d[r + 2] = sum2;
    d[r + 3] = sum3;
  }
  for (; r < rows; ++r) {
    const float* from = x + r * width;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < width; ++i) sum += (from[i] - row[i]) * (from[i] - row[i]);
    d[r] = sum;
  }
}

}  // namespace

extern const SimdKernels RELPROMPT_SIMD_KERNELS;
const SimdKernels RELPROMPT_SIMD_KERNELS = {
    softmax_rows,     softmax_rows_backward, activate,         quick_gelu_backward, layer_norm_rows,
    round_bfloat16,   narrow_bfloat16,       widen_bfloat16,   subtract_row,        quantise_rows,
    quantise_weights, dequantise_rows,       squared_distances};

}  // namespace relprompt::kernels
