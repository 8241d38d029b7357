// The packed products of inference in their three precisions, and what they replace: oneDNN's plain gemm on
// the same shapes, and the loop that a reader would write first.
#include <algorithm>
#include <cmath>

#include "kernels/attention.h"
#include "kernels/gemm.h"
#include "kernels/packed_linear.h"
#include "shapes.h"

namespace relprompt::kernels {
namespace {

double flop(const benchmark::State& state) {
  return 2.0 * kTokens * static_cast<double>(state.range(0) * state.range(1));
}

/// As a layer uses it: blocks of rows on all threads, prepared by the thread that multiplies them.
void packed_linear(benchmark::State& state, Precision precision) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1), block = 128;
  const auto x = random_values("x", kTokens * inputs), w = random_values("w", inputs * outputs),
             bias = random_values("b", outputs);
  const PackedLinear linear(w.data(), bias.data(), inputs, outputs, precision);
  std::vector<float> y(static_cast<std::size_t>(kTokens * outputs));
  Buffer<float> copy;
  for (auto _ : state) {
    float* widened = linear.widened_size() > 0 ? copy.reserve(linear.widened_size()) : nullptr;
    if (widened != nullptr) linear.widen(widened);
#pragma omp parallel
    {
      ProductScratch scratch;
      std::vector<float> own(static_cast<std::size_t>(block * inputs));
#pragma omp for
      for (std::int64_t begin = 0; begin < kTokens; begin += block) {
        const auto rows = std::min(block, kTokens - begin);
        std::copy_n(x.data() + begin * inputs, rows * inputs, own.data());
        const auto prepared = prepare_rows(own.data(), rows, inputs, precision, scratch);
        linear.multiply(prepared, rows, widened, false, y.data() + begin * outputs, scratch);
      }
    }
  }
  count_rate(state, "GFLOP/s", flop(state));
}
BENCHMARK_CAPTURE(packed_linear, fp32, Precision::kFp32)->Apply(tower_products);
BENCHMARK_CAPTURE(packed_linear, bf16, Precision::kBf16)->Apply(tower_products);
BENCHMARK_CAPTURE(packed_linear, int8, Precision::kInt8)->Apply(tower_products);

void linear_gemm(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto x = random_values("x", kTokens * inputs), w = random_values("w", inputs * outputs);
  std::vector<float> y(static_cast<std::size_t>(kTokens * outputs));
  for (auto _ : state) {
    gemm(Side::kPlain, Side::kTransposed, kTokens, outputs, inputs, 1.0f, x.data(), inputs, w.data(), inputs,
         0.0f, y.data(), outputs);
  }
  count_rate(state, "GFLOP/s", flop(state));
}
BENCHMARK(linear_gemm)->Apply(tower_products);

void linear_naive(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto x = random_values("x", kTokens * inputs), w = random_values("w", inputs * outputs),
             bias = random_values("b", outputs);
  std::vector<float> y(static_cast<std::size_t>(kTokens * outputs));
  for (auto _ : state) {
    for (std::int64_t r = 0; r < kTokens; ++r) {
      for (std::int64_t o = 0; o < outputs; ++o) {
        float sum = bias[static_cast<std::size_t>(o)];
        const float *a = x.data() + r * inputs, *b = w.data() + o * inputs;
        for (std::int64_t i = 0; i < inputs; ++i) sum += a[i] * b[i];
        y[static_cast<std::size_t>(r * outputs + o)] = sum;
      }
    }
    benchmark::DoNotOptimize(y.data());
  }
  count_rate(state, "GFLOP/s", flop(state));
}
BENCHMARK(linear_naive)->Args({768, 768})->UseRealTime();

/// Row by row, all scores of a query at once.
void attention_naive(benchmark::State& state) {
  const auto qkv = random_values("qkv", kTokens * 3 * kWidth),
             extra = random_values("kv", kPrompts * 2 * kWidth);
  std::vector<float> out(static_cast<std::size_t>(kTokens * kWidth)), scores(kColumns);
  constexpr std::int64_t kSize = kWidth / kHeads;
  const auto row = [&](std::int64_t key, std::int64_t which) {
    return key < kTokens ? qkv.data() + (key * 3 + which) * kWidth
                         : extra.data() + ((key - kTokens) * 2 + which - 1) * kWidth;
  };
  for (auto _ : state) {
    for (std::int64_t task = 0; task < kTokens * kHeads; ++task) {
      const auto query = task / kHeads, first = task % kHeads * kSize;
      const float* q = row(query, 0) + first;
      float total = 0;
      for (std::int64_t j = 0; j < kColumns; ++j) {
        const float* k = row(j, 1) + first;
        float sum = 0;
        for (std::int64_t i = 0; i < kSize; ++i) sum += q[i] * k[i];
        total += scores[static_cast<std::size_t>(j)] = std::exp(sum / 8);
      }
      float* to = out.data() + query * kWidth + first;
      std::fill_n(to, kSize, 0.0f);
      for (std::int64_t j = 0; j < kColumns; ++j) {
        const float* v = row(j, 2) + first;
        const float share = scores[static_cast<std::size_t>(j)] / total;
        for (std::int64_t i = 0; i < kSize; ++i) to[i] += share * v[i];
      }
    }
    benchmark::DoNotOptimize(out.data());
  }
  count_rate(state, "GFLOP/s", 4.0 * kTokens * kColumns * kWidth);
}
BENCHMARK(attention_naive)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
