// The network's layers in a training pass, forward and backward, beside the LibTorch calls that they replace.
// Shapes of two 512x512 windows of ViT-B/16 with 20 prompt tokens; the counters are GFLOP a second.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "nn/attention_function.h"
#include "nn/linear_function.h"

namespace relprompt::nn {
namespace {

constexpr std::int64_t kBatch = 2, kTokens = 1025, kPrompts = 20, kWidth = 768, kHeads = 12;

/// Counts `flop` an iteration of f() followed by its backward pass.
template <typename F>
void step(benchmark::State& state, const std::vector<torch::Tensor>& leaves, double flop, const F& f) {
  torch::set_num_threads(2);
  torch::Tensor gradient;
  for (auto _ : state) {
    const auto y = f();
    if (!gradient.defined()) gradient = torch::ones_like(y);
    torch::autograd::grad({y}, leaves, {gradient});
  }
  state.counters["GFLOP/s"] = benchmark::Counter(flop * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// range: inputs, outputs, trainable weights (products: forward, by x, and by the weight if trainable).
void linear_step(benchmark::State& state, bool kernel) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1);
  const bool trainable = state.range(2) != 0;
  const auto x = torch::randn({kBatch, kTokens, inputs}).set_requires_grad(true);
  const auto w = torch::randn({outputs, inputs}).set_requires_grad(trainable);
  const auto b = torch::randn({outputs});
  std::vector<torch::Tensor> leaves = {x};
  if (trainable) leaves.push_back(w);
  const double flop = (trainable ? 6.0 : 4.0) * kBatch * kTokens * static_cast<double>(inputs * outputs);
  step(state, leaves, flop, [&] { return kernel ? kernel_linear(x, w, b) : at::linear(x, w, b); });
}

void linear_training(benchmark::State& state) {
  linear_step(state, true);
}
void linear_training_libtorch(benchmark::State& state) {
  linear_step(state, false);
}
BENCHMARK(linear_training)->Args({768, 2304, 0})->Args({768, 3072, 0})->Args({768, 768, 1})->UseRealTime();
BENCHMARK(linear_training_libtorch)
    ->Args({768, 2304, 0})
    ->Args({768, 3072, 0})
    ->Args({768, 768, 1})
    ->UseRealTime();

/// Seven products: two forward, five backward (the scores are computed again).
constexpr double kAttentionFlop = 14.0 * kBatch * kTokens * (kTokens + kPrompts) * kWidth;

void attention_training(benchmark::State& state) {
  const auto qkv = torch::randn({kBatch, kTokens, 3 * kWidth}).set_requires_grad(true);
  const auto extra = torch::randn({kBatch, kPrompts, 2 * kWidth}).set_requires_grad(true);
  step(state, {qkv, extra}, kAttentionFlop, [&] { return kernel_attention(qkv, extra, kHeads); });
}
BENCHMARK(attention_training)->UseRealTime();

/// The same rate would take 7/6 of the time: LibTorch keeps the scores and spares one product.
void attention_training_libtorch(benchmark::State& state) {
  const auto qkv = torch::randn({kBatch, kTokens, 3 * kWidth}).set_requires_grad(true);
  const auto extra = torch::randn({kBatch, kPrompts, 2 * kWidth}).set_requires_grad(true);
  const auto heads = [](const torch::Tensor& x) {
    return x.reshape({kBatch, x.size(1), kHeads, kWidth / kHeads}).transpose(1, 2);
  };
  step(state, {qkv, extra}, kAttentionFlop, [&] {
    const auto own = qkv.chunk(3, -1), other = extra.chunk(2, -1);
    const auto k = heads(torch::cat({own[1], other[0]}, 1)), v = heads(torch::cat({own[2], other[1]}, 1));
    return torch::matmul(torch::matmul(heads(own[0]) * 0.125, k.transpose(-2, -1)).softmax(-1), v)
        .transpose(1, 2)
        .reshape({kBatch, kTokens, kWidth});
  });
}
BENCHMARK(attention_training_libtorch)->UseRealTime();

}  // namespace
}  // namespace relprompt::nn
