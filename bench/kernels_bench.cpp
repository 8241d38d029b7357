// A layer of the tower, its attention and its products with their gradients. What they replace is in
// plain_bench.cpp and libtorch_bench.cpp.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/attention.h"
#include "kernels/block.h"
#include "kernels/linear.h"
#include "shapes.h"

namespace relprompt::kernels {
namespace {

void linear_fp32(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto x = random_values("x", kTokens * inputs), w = random_values("w", inputs * outputs);
  const auto bias = random_values("b", outputs);
  std::vector<float> y(static_cast<std::size_t>(kTokens * outputs));
  for (auto _ : state) {
    linear(x.data(), kTokens, inputs, w.data(), bias.data(), outputs, y.data(), Activation::kQuickGelu);
  }
  count_rate(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs));
}
BENCHMARK(linear_fp32)
    ->Args({768, 2304})
    ->Args({768, 768})
    ->Args({768, 3072})
    ->Args({3072, 768})
    ->UseRealTime();

/// range: the precision. One layer of the tower; all but attention in that precision.
void packed_block(benchmark::State& state) {
  const auto precision = static_cast<Precision>(state.range(0));
  const auto square = kWidth * kWidth;
  const auto norm = random_values("norm", kWidth), bias = random_values("bias", 4 * kWidth),
             in = random_values("in", 3 * square), out = random_values("out", square),
             mlp = random_values("mlp", 4 * square);
  BlockWeights weights;
  weights.width = kWidth;
  weights.heads = kHeads;
  weights.mlp_width = 4 * kWidth;
  weights.ln_1 = weights.ln_2 = {norm.data(), bias.data()};
  weights.qkv = {in.data(), bias.data()};
  weights.proj = {out.data(), bias.data()};
  weights.fc1 = weights.fc2 = {mlp.data(), bias.data()};
  const PackedBlock block(weights, precision);
  BlockWorkspace workspace;
  const auto x = random_values("x", kTokens * kWidth), prompt = random_values("prompt", kPrompts * kWidth);
  std::vector<float> y(x.size());
  for (auto _ : state) block.run({x.data(), prompt.data(), 1, kTokens, kPrompts}, y.data(), workspace);
  const double products =
      24.0 * static_cast<double>(square) * kTokens + 6.0 * static_cast<double>(square) * kPrompts;
  count_rate(state, "GFLOP/s", products + 4.0 * kTokens * (kTokens + kPrompts) * kWidth);
}
BENCHMARK(packed_block)->ArgName("precision")->DenseRange(0, 2)->UseRealTime();

void linear_bf16(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  // 0x3F80 is 1.0 in bfloat16: rates depend on shapes alone as long as no number is subnormal.
  const auto x = random_values("x", kTokens * inputs);
  const std::vector<std::uint16_t> w(static_cast<std::size_t>(inputs * outputs), 0x3F80);
  const auto bias = random_values("b", outputs);
  std::vector<float> y(static_cast<std::size_t>(kTokens * outputs));
  for (auto _ : state) {
    kernels::linear_bf16(x.data(), kTokens, inputs, w.data(), bias.data(), outputs, y.data(),
                         Activation::kQuickGelu);
  }
  count_rate(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs));
}
BENCHMARK(linear_bf16)
    ->Args({768, 2304})
    ->Args({768, 768})
    ->Args({768, 3072})
    ->Args({3072, 768})
    ->UseRealTime();

void linear_backward_input(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto dy = random_values("dy", kTokens * outputs), w = random_values("w", inputs * outputs);
  std::vector<float> dx(static_cast<std::size_t>(kTokens * inputs));
  for (auto _ : state)
    kernels::linear_backward_input(dy.data(), kTokens, outputs, w.data(), inputs, dx.data());
  count_rate(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs));
}
BENCHMARK(linear_backward_input)
    ->Args({768, 2304})
    ->Args({768, 768})
    ->Args({768, 3072})
    ->Args({3072, 768})
    ->UseRealTime();

void linear_backward_input_bf16(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto dy = random_values("dy", kTokens * outputs);
  const std::vector<std::uint16_t> w(static_cast<std::size_t>(inputs * outputs), 0x3F80);
  std::vector<float> dx(static_cast<std::size_t>(kTokens * inputs));
  for (auto _ : state)
    kernels::linear_backward_input_bf16(dy.data(), kTokens, outputs, w.data(), inputs, dx.data());
  count_rate(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs));
}
BENCHMARK(linear_backward_input_bf16)->Args({768, 3072})->Args({3072, 768})->UseRealTime();

void linear_backward_weight(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const auto dy = random_values("dy", kTokens * outputs), x = random_values("x", kTokens * inputs);
  std::vector<float> dw(static_cast<std::size_t>(inputs * outputs));
  for (auto _ : state)
    kernels::linear_backward_weight(dy.data(), x.data(), kTokens, inputs, outputs, dw.data());
  count_rate(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs));
}
BENCHMARK(linear_backward_weight)->Args({768, 3072})->Args({3072, 768})->Args({768, 3})->UseRealTime();

void attention_layer(benchmark::State& state, Precision precision) {
  const auto qkv = random_values("qkv", kTokens * 3 * kWidth),
             extra = random_values("kv", kPrompts * 2 * kWidth);
  std::vector<float> out(static_cast<std::size_t>(kTokens * kWidth));
  for (auto _ : state) {
    attention(AttentionInput{qkv.data(), extra.data(), 1, kTokens, kPrompts, kWidth, kHeads}, out.data(),
              precision);
  }
  count_rate(state, "GFLOP/s", 4.0 * kTokens * (kTokens + kPrompts) * kWidth);
}
BENCHMARK_CAPTURE(attention_layer, fp32, Precision::kFp32)->UseRealTime();
BENCHMARK_CAPTURE(attention_layer, bf16, Precision::kBf16)->UseRealTime();  // fp32 without native_bfloat16
BENCHMARK_CAPTURE(attention_layer, int8, Precision::kInt8)->UseRealTime();  // as bf16 without VNNI

void attention_layer_backward(benchmark::State& state) {
  const auto qkv = random_values("qkv", kTokens * 3 * kWidth),
             extra = random_values("kv", kPrompts * 2 * kWidth),
             d_out = random_values("dy", kTokens * kWidth);
  std::vector<float> d_qkv(qkv.size()), d_extra(extra.size());
  for (auto _ : state) {
    attention_backward({qkv.data(), extra.data(), 1, kTokens, kPrompts, kWidth, kHeads}, d_out.data(),
                       d_qkv.data(), d_extra.data());
  }
  count_rate(state, "GFLOP/s", 10.0 * kTokens * (kTokens + kPrompts) * kWidth);
}
BENCHMARK(attention_layer_backward)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
