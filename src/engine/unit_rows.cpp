#include "engine/unit_rows.h"

#include <algorithm>
#include <cmath>

namespace relprompt::engine {
namespace {

constexpr double kLeastLength = 1e-12;  // as in LibTorch's normalize

}  // namespace

void unit_rows(const float* x, std::int64_t rows, std::int64_t width, float* y) {
#pragma omp parallel for
  for (std::int64_t r = 0; r < rows; ++r) {
    const float* from = x + r * width;
    float* to = y + r * width;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < width; ++i) {
      sum += static_cast<double>(from[i]) * static_cast<double>(from[i]);
    }
    const auto factor = static_cast<float>(1 / std::max(std::sqrt(sum), kLeastLength));
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) to[i] = factor * from[i];
  }
}

}  // namespace relprompt::engine
