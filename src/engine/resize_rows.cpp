#include <algorithm>

#include "engine/grid.h"
#include "kernels/bilinear_axis.h"

namespace relprompt::engine {

std::vector<float> resize_rows(const float* rows, Grid from, Grid to, std::int64_t width) {
  if (from == to) return {rows, rows + from.size() * width};
  const auto down = kernels::bilinear_axis(from.height, to.height),
             across = kernels::bilinear_axis(from.width, to.width);
  std::vector<float> result(static_cast<std::size_t>(to.size() * width));
  const auto cell = [&](std::int32_t y, std::int32_t x) { return rows + (y * from.width + x) * width; };
#pragma omp parallel for
  for (std::int64_t y = 0; y < to.height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    const float v = down.weight[row];
    for (std::int64_t x = 0; x < to.width; ++x) {
      const auto column = static_cast<std::size_t>(x);
      const float u = across.weight[column];
      const float *a = cell(down.low[row], across.low[column]), *b = cell(down.low[row], across.high[column]),
                  *c = cell(down.high[row], across.low[column]),
                  *d = cell(down.high[row], across.high[column]);
      float* out = result.data() + (y * to.width + x) * width;
      for (std::int64_t i = 0; i < width; ++i) {
        out[i] = (1 - v) * ((1 - u) * a[i] + u * b[i]) + v * ((1 - u) * c[i] + u * d[i]);
      }
    }
  }
  return result;
}

}  // namespace relprompt::engine
