#include "kernels/softmax.h"

#include <algorithm>
#include <vector>

#include "kernels/simd_kernels.h"

namespace relprompt::kernels {

void softmax_rows(float* values, std::int64_t rows, std::int64_t columns) {
  simd_kernels().softmax_rows(values, rows, columns);
}

void softmax_columns(float* values, std::int64_t rows, std::int64_t columns, float scale) {
  constexpr std::int64_t kAtOnce = 64;
  std::vector<float> turned(static_cast<std::size_t>(std::min(kAtOnce, columns) * rows));
  for (std::int64_t begin = 0; begin < columns; begin += kAtOnce) {
    const auto count = std::min(kAtOnce, columns - begin);
    for (std::int64_t i = 0; i < count; ++i) {
      float* row = turned.data() + i * rows;
      for (std::int64_t r = 0; r < rows; ++r) row[r] = values[r * columns + begin + i] * scale;
    }
    softmax_rows(turned.data(), count, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      float* to = values + r * columns + begin;
      for (std::int64_t i = 0; i < count; ++i) to[i] = turned[static_cast<std::size_t>(i * rows + r)];
    }
  }
}

void softmax_rows_backward(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                           float scale) {
  simd_kernels().softmax_rows_backward(p, gradient, rows, columns, scale);
}

}  // namespace relprompt::kernels
