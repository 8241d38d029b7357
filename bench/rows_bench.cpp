// Norms, activations and softmax beside their naive twins on one thread: what a reader would write first,
// compiled as the rest of the program. LibTorch's are in libtorch_bench.cpp.
#include <algorithm>
#include <cmath>

#include "kernels/layer_norm.h"
#include "kernels/quick_gelu.h"
#include "kernels/softmax.h"
#include "shapes.h"

namespace relprompt::kernels {
namespace {

constexpr std::int64_t kHidden = kTokens * 4 * kWidth;  ///< numbers between the MLP's two products

void layer_norm_rows(benchmark::State& state) {
  const auto x = random_values("x", kTokens * kWidth), weight = random_values("w", kWidth);
  std::vector<float> y(x.size());
  for (auto _ : state) layer_norm(x.data(), kTokens, kWidth, weight.data(), weight.data(), 1e-5f, y.data());
  count_rate(state, "Gelements/s", static_cast<double>(kTokens * kWidth));
}
BENCHMARK(layer_norm_rows)->UseRealTime();

void layer_norm_naive(benchmark::State& state) {
  const auto x = random_values("x", kTokens * kWidth), weight = random_values("w", kWidth);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    for (std::int64_t r = 0; r < kTokens; ++r) {
      const float* from = x.data() + r * kWidth;
      float mean = 0, square = 0;
      for (std::int64_t i = 0; i < kWidth; ++i) mean += from[i] / kWidth;
      for (std::int64_t i = 0; i < kWidth; ++i) square += (from[i] - mean) * (from[i] - mean) / kWidth;
      for (std::int64_t i = 0; i < kWidth; ++i) {
        const float w = weight[static_cast<std::size_t>(i)];
        y[static_cast<std::size_t>(r * kWidth + i)] = (from[i] - mean) / std::sqrt(square + 1e-5f) * w + w;
      }
    }
    benchmark::DoNotOptimize(y.data());
  }
  count_rate(state, "Gelements/s", static_cast<double>(kTokens * kWidth));
}
BENCHMARK(layer_norm_naive)->UseRealTime();

void quick_gelu_values(benchmark::State& state) {
  const auto x = random_values("x", kHidden);
  std::vector<float> y(x.size());
  for (auto _ : state) quick_gelu(x.data(), kHidden, y.data());
  count_rate(state, "Gelements/s", static_cast<double>(kHidden));
}
BENCHMARK(quick_gelu_values)->UseRealTime();

void quick_gelu_naive(benchmark::State& state) {
  const auto x = random_values("x", kHidden);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] / (1 + std::exp(-1.702f * x[i]));
    benchmark::DoNotOptimize(y.data());
  }
  count_rate(state, "Gelements/s", static_cast<double>(kHidden));
}
BENCHMARK(quick_gelu_naive)->UseRealTime();

void quick_gelu_gradient(benchmark::State& state) {
  const auto x = random_values("x", kHidden), dy = random_values("dy", kHidden);
  std::vector<float> dx(x.size());
  for (auto _ : state) quick_gelu_backward(x.data(), dy.data(), kHidden, dx.data());
  count_rate(state, "Gelements/s", static_cast<double>(kHidden));
}
BENCHMARK(quick_gelu_gradient)->UseRealTime();

void quick_gelu_gradient_naive(benchmark::State& state) {
  const auto x = random_values("x", kHidden), dy = random_values("dy", kHidden);
  std::vector<float> dx(x.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float s = 1 / (1 + std::exp(-1.702f * x[i]));
      dx[i] = dy[i] * (s + 1.702f * x[i] * s * (1 - s));
    }
    benchmark::DoNotOptimize(dx.data());
  }
  count_rate(state, "Gelements/s", static_cast<double>(kHidden));
}
BENCHMARK(quick_gelu_gradient_naive)->UseRealTime();

void softmax(benchmark::State& state) {
  auto values = random_values("scores", kScoreRows * kColumns);
  for (auto _ : state) softmax_rows(values.data(), kScoreRows, kColumns);
  count_rate(state, "Gelements/s", kScoreRows * kColumns);
}
BENCHMARK(softmax)->UseRealTime();

void softmax_naive(benchmark::State& state) {
  auto values = random_values("scores", kScoreRows * kColumns);
  for (auto _ : state) {
    for (std::int64_t r = 0; r < kScoreRows; ++r) {
      float* row = values.data() + r * kColumns;
      float max = row[0], total = 0;
      for (std::int64_t i = 0; i < kColumns; ++i) max = std::max(max, row[i]);
      for (std::int64_t i = 0; i < kColumns; ++i) total += row[i] = std::exp(row[i] - max);
      for (std::int64_t i = 0; i < kColumns; ++i) row[i] /= total;
    }
    benchmark::DoNotOptimize(values.data());
  }
  count_rate(state, "Gelements/s", kScoreRows * kColumns);
}
BENCHMARK(softmax_naive)->UseRealTime();

void softmax_gradient(benchmark::State& state) {
  auto p = random_values("scores", kScoreRows * kColumns), gradient = p;
  softmax_rows(p.data(), kScoreRows, kColumns);
  for (auto _ : state) softmax_rows_backward(p.data(), gradient.data(), kScoreRows, kColumns, 1.0f);
  count_rate(state, "Gelements/s", kScoreRows * kColumns);
}
BENCHMARK(softmax_gradient)->UseRealTime();

void softmax_gradient_naive(benchmark::State& state) {
  auto p = random_values("scores", kScoreRows * kColumns), gradient = p;
  softmax_rows(p.data(), kScoreRows, kColumns);
  for (auto _ : state) {
    for (std::int64_t r = 0; r < kScoreRows; ++r) {
      const float* weight = p.data() + r * kColumns;
      float* row = gradient.data() + r * kColumns;
      float mean = 0;
      for (std::int64_t i = 0; i < kColumns; ++i) mean += weight[i] * row[i];
      for (std::int64_t i = 0; i < kColumns; ++i) row[i] = weight[i] * (row[i] - mean);
    }
    benchmark::DoNotOptimize(gradient.data());
  }
  count_rate(state, "Gelements/s", kScoreRows * kColumns);
}
BENCHMARK(softmax_gradient_naive)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
