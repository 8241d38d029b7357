// The LibTorch calls that the kernels of rows_bench.cpp, plain_bench.cpp and kernels_bench.cpp replace, on
// the same numbers and two threads.
#include <torch/torch.h>

#include "shapes.h"

namespace relprompt::kernels {
namespace {

torch::Tensor tensor(const char* name, const std::vector<std::int64_t>& shape) {
  const auto count = c10::multiply_integers(shape);
  auto values = random_values(name, count);
  return torch::from_blob(values.data(), shape).clone();
}

/// Counts `amount` an iteration of f.
template <typename F>
void repeat(benchmark::State& state, const char* unit, double amount, const F& f) {
  const torch::InferenceMode no_gradients;
  torch::set_num_threads(2);
  for (auto _ : state) benchmark::DoNotOptimize(f().data_ptr());
  count_rate(state, unit, amount);
}

void layer_norm_libtorch(benchmark::State& state) {
  const auto x = tensor("x", {kTokens, kWidth}), w = tensor("w", {kWidth});
  repeat(state, "Gelements/s", kTokens * kWidth, [&] { return at::layer_norm(x, {kWidth}, w, w); });
}
BENCHMARK(layer_norm_libtorch)->UseRealTime();

void softmax_libtorch(benchmark::State& state) {
  const auto x = tensor("scores", {kScoreRows, kColumns});
  repeat(state, "Gelements/s", kScoreRows * kColumns, [&] { return x.softmax(-1); });
}
BENCHMARK(softmax_libtorch)->UseRealTime();

void softmax_gradient_libtorch(benchmark::State& state) {
  const auto x = tensor("scores", {kScoreRows, kColumns}), p = x.softmax(-1);
  repeat(state, "Gelements/s", kScoreRows * kColumns,
         [&] { return at::_softmax_backward_data(x, p, -1, torch::kFloat32); });
}
BENCHMARK(softmax_gradient_libtorch)->UseRealTime();

void quick_gelu_libtorch(benchmark::State& state) {
  const auto x = tensor("x", {kTokens, 4 * kWidth});
  repeat(state, "Gelements/s", kTokens * 4 * kWidth, [&] { return x * torch::sigmoid(1.702 * x); });
}
BENCHMARK(quick_gelu_libtorch)->UseRealTime();

void linear_libtorch(benchmark::State& state) {
  const auto inputs = state.range(0), outputs = state.range(1);
  const auto x = tensor("x", {kTokens, inputs}), w = tensor("w", {outputs, inputs}),
             b = tensor("b", {outputs});
  repeat(state, "GFLOP/s", 2.0 * kTokens * static_cast<double>(inputs * outputs),
         [&] { return at::linear(x, w, b); });
}
BENCHMARK(linear_libtorch)->Apply(tower_products);

/// The block of packed_block, operator by operator.
void block_libtorch(benchmark::State& state) {
  const auto x = tensor("x", {1, kTokens, kWidth}), prompt = tensor("prompt", {1, kPrompts, kWidth}),
             norm = tensor("norm", {kWidth}), bias = tensor("bias", {4 * kWidth}),
             in = tensor("in", {3 * kWidth, kWidth}), out = tensor("out", {kWidth, kWidth}),
             hidden = tensor("mlp", {4 * kWidth, kWidth}), back = tensor("mlp", {kWidth, 4 * kWidth});
  const auto own_bias = bias.narrow(0, 0, kWidth), qkv_bias = bias.narrow(0, 0, 3 * kWidth);
  const auto normed = [&](const torch::Tensor& t) { return at::layer_norm(t, {kWidth}, norm, own_bias); };
  const auto heads = [](const torch::Tensor& t) {
    return t.reshape({1, t.size(1), kHeads, kWidth / kHeads}).transpose(1, 2);
  };
  const auto attended = [&] {
    const auto qkv = at::linear(normed(x), in, qkv_bias).chunk(3, -1);
    const auto kv =
        at::linear(normed(prompt), in.narrow(0, kWidth, 2 * kWidth), qkv_bias.narrow(0, kWidth, 2 * kWidth))
            .chunk(2, -1);
    const auto k = heads(torch::cat({qkv[1], kv[0]}, 1)), v = heads(torch::cat({qkv[2], kv[1]}, 1));
    const auto p = torch::matmul(heads(qkv[0]) * 0.125, k.transpose(-2, -1)).softmax(-1);
    return torch::matmul(p, v).transpose(1, 2).reshape({1, kTokens, kWidth});
  };
  const double square = static_cast<double>(kWidth * kWidth);
  repeat(state, "GFLOP/s",
         24.0 * square * kTokens + 6.0 * square * kPrompts + 4.0 * kTokens * kColumns * kWidth, [&] {
           const auto y = x + at::linear(attended(), out, own_bias);
           const auto h = at::linear(normed(y), hidden, bias);
           return y + at::linear(h * torch::sigmoid(1.702 * h), back, own_bias);
         });
}
BENCHMARK(block_libtorch)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
