#include "kernels/softmax.h"

#include "kernels/simd_kernels.h"

namespace relprompt::kernels {

void softmax_rows(float* values, std::int64_t rows, std::int64_t columns) {
  simd_kernels().softmax_rows(values, rows, columns);
}

void softmax_rows_backward(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                           float scale) {
  simd_kernels().softmax_rows_backward(p, gradient, rows, columns, scale);
}

}  // namespace relprompt::kernels
