// Compiled once an instruction set, as simd_kernels.cpp is and under the same rules; RELPROMPT_ALIGN_SIMD
// names the table that this copy fills.
#include "kernels/align_simd.h"

namespace relprompt::kernels {
namespace {

void measure_spread(const float* x, std::int64_t rows, std::int64_t width, float* spread) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * width;
    float mean = 0, square = 0;
#pragma omp simd reduction(+ : mean)
    for (std::int64_t i = 0; i < width; ++i) mean += row[i];
    mean /= static_cast<float>(width);
#pragma omp simd reduction(+ : square)
    for (std::int64_t i = 0; i < width; ++i) square += (row[i] - mean) * (row[i] - mean);
    spread[r] = square;
  }
}

/// Four columns at once: their sums do not wait for each other, and the row is read once.
inline void multiply_four(const float* row, const float* column, std::int64_t width, float* products) {
  const float *b = column + width, *c = b + width, *d = c + width;
  float in_a = 0, in_b = 0, in_c = 0, in_d = 0;
#pragma omp simd reduction(+ : in_a, in_b, in_c, in_d)
  for (std::int64_t i = 0; i < width; ++i) {
    in_a += row[i] * column[i];
    in_b += row[i] * b[i];
    in_c += row[i] * c[i];
    in_d += row[i] * d[i];
  }
  products[0] = in_a;
  products[1] = in_b;
  products[2] = in_c;
  products[3] = in_d;
}

void multiply_columns(const float* x, std::int64_t rows, std::int64_t width, const float* columns,
                      std::int64_t count, float* products) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * width;
    float* to = products + r * count;
    std::int64_t j = 0;
    for (; j + 4 <= count; j += 4) multiply_four(row, columns + j * width, width, to + j);
    for (; j < count; ++j) {
      const float* column = columns + j * width;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (std::int64_t i = 0; i < width; ++i) sum += row[i] * column[i];
      to[j] = sum;
    }
  }
}

void add_and_normalise(float* y, std::int64_t rows, std::int64_t width, const float* factors,
                       const float* basis, std::int64_t terms, const float* least) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float* row = y + r * width;
    for (std::int64_t k = 0; k < terms; ++k) {
      const float factor = factors[r * terms + k];
      const float* from = basis + k * width;
#pragma omp simd
      for (std::int64_t i = 0; i < width; ++i) row[i] += factor * from[i];
    }
    float square = 0;
#pragma omp simd reduction(+ : square)
    for (std::int64_t i = 0; i < width; ++i) square += row[i] * row[i];
    const float length = __builtin_sqrtf(square);
    const float scale = 1.0f / (length > least[r] ? length : least[r]);
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) row[i] *= scale;
  }
}

}  // namespace

extern const AlignSimd RELPROMPT_ALIGN_SIMD;
const AlignSimd RELPROMPT_ALIGN_SIMD = {measure_spread, multiply_columns, add_and_normalise};

}  // namespace relprompt::kernels
