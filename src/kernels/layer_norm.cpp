#include "kernels/layer_norm.h"

#include <algorithm>

#include "kernels/simd_kernels.h"

namespace relprompt::kernels {

void layer_norm(const float* x, std::int64_t rows, std::int64_t width, const float* weight, const float* bias,
                float epsilon, float* y) {
  constexpr std::int64_t kRows = 32;
  const auto& norm = simd_kernels().layer_norm_rows;
#pragma omp parallel for
  for (std::int64_t r = 0; r < rows; r += kRows) {
    norm(x + r * width, std::min(kRows, rows - r), width, weight, bias, epsilon, y + r * width);
  }
}

}  // namespace relprompt::kernels
