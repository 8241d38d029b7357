#include "kernels/softmax.h"

#include "kernels/exponential.h"
#include "kernels/instruction_sets.h"

namespace relprompt::kernels {

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

RELPROMPT_EACH_ISA
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

}  // namespace relprompt::kernels
