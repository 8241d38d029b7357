#include "kernels/alike.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/attention_simd.h"
#include "kernels/buffer.h"
#include "kernels/packed_product.h"
#include "kernels/row_blocks.h"

namespace relprompt::kernels {
namespace {

constexpr auto kType = dnnl::memory::data_type::f32;

const float* packed(Side side, std::int64_t inputs, std::int64_t outputs, const float* x,
                    Buffer<float>& memory) {
  const auto bytes = static_cast<std::int64_t>(packed_layout(kType, inputs, outputs).get_size());
  float* to = memory.reserve((bytes + 3) / 4);
  pack_factor(kType, inputs, outputs, side, x, to);
  return to;
}

/// weigh(first, count, cosines, totals) turns rows [first, first + count) of the cosines into weights, and
/// totals into what the weighted sums are divided by.
template <typename Weigh>
void mix(const UnitRows& features, const Weigh& weigh, const float* x, std::int64_t columns, float* y) {
  const auto n = features.rows, width = features.width, step = rows_a_block(n);
  thread_local Buffer<float> feature_memory, x_memory;
  const float* others = packed(Side::kTransposed, width, n, features.numbers, feature_memory);
  const float* values = packed(Side::kPlain, n, columns, x, x_memory);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t first = 0; first < n; first += step) {
    const auto count = std::min(step, n - first);
    thread_local Buffer<float> cosine_memory, total_memory;
    float *cosines = cosine_memory.reserve(count * n), *totals = total_memory.reserve(count);
    packed_product({kType, count, width, n, false, false}, features.numbers + first * width, others, nullptr,
                   cosines);
    weigh(first, count, cosines, totals);
    float* to = y + first * columns;
    packed_product({kType, count, n, columns, false, false}, cosines, values, nullptr, to);
    for (std::int64_t r = 0; r < count; ++r) {
      const float share = 1.0f / totals[r];
      for (std::int64_t i = 0; i < columns; ++i) to[r * columns + i] *= share;
    }
  }
}

/// The mean of the cosines of all pairs is the square of the mean row's length.
float mean_cosine(const UnitRows& features) {
  std::vector<double> sum(static_cast<std::size_t>(features.width));
  for (std::int64_t i = 0; i < features.rows; ++i) {
    const float* row = features.numbers + i * features.width;
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += static_cast<double>(row[c]);
  }
  double square = 0;
  for (const double each : sum) square += each * each;
  const auto n = static_cast<double>(features.rows);
  return static_cast<float>(square / (n * n));
}

}  // namespace

void average_alike(const UnitRows& features, float least, const float* x, std::int64_t columns, float* y) {
  const auto n = features.rows;
  const auto weigh = [&](std::int64_t, std::int64_t count, float* cosines, float* totals) {
    for (std::int64_t r = 0; r < count; ++r) {
      float* row = cosines + r * n;
      float total = 0;
#pragma omp simd reduction(+ : total)
      for (std::int64_t j = 0; j < n; ++j) {
        row[j] = row[j] < least ? 0.0f : row[j];
        total += row[j];
      }
      totals[r] = total + 1e-6f;
    }
  };
  mix(features, weigh, x, columns, y);
}

void attend_alike(const UnitRows& features, float sharpness, const float* x, std::int64_t columns, float* y) {
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  const auto n = features.rows;
  const float mean = mean_cosine(features);
  const auto weigh = [&](std::int64_t first, std::int64_t count, float* cosines, float* totals) {
    for (std::int64_t r = 0; r < count; ++r) {
      float* row = cosines + r * n;
      const float self = std::max(0.0f, sharpness * (row[first + r] - mean));
#pragma omp simd
      for (std::int64_t j = 0; j < n; ++j) {
        const float lift = sharpness * (row[j] - mean);
        row[j] = lift < 0.0f ? kNothing : lift;
      }
      row[first + r] = self;
    }
    attention_simd().exponential_rows(cosines, count, {n, n}, totals);
  };
  mix(features, weigh, x, columns, y);
}

}  // namespace relprompt::kernels
