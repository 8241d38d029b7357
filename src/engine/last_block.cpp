#include "engine/last_block.h"

#include "kernels/layer_norm.h"

namespace relprompt::engine {
namespace {

void add(const float* x, std::int64_t count, float* y) {
  for (std::int64_t i = 0; i < count; ++i) y[i] += x[i];
}

}  // namespace

void LastBlock::norm(const float* x, std::int64_t rows, float* y) const {
  const auto all = weights();
  kernels::layer_norm(x, rows, all.width, all.ln_1.weight, all.ln_1.bias, all.ln_1.epsilon, y);
}

HeadLinear LastBlock::projection(Projection first, std::int64_t count) const {
  const auto all = weights();
  const auto d = all.width, from = static_cast<std::int64_t>(first) * d;
  return {all.qkv.weight + from * d, all.qkv.bias + from, d, count * d, precision};
}

HeadLinear LastBlock::output() const {
  const auto all = weights();
  return {all.proj.weight, all.proj.bias, all.width, all.width, precision};
}

ResidualMlp::ResidualMlp(const LastBlock& last)
    : weights_(last.weights()),
      fc1_(weights_.fc1.weight, weights_.fc1.bias, weights_.width, weights_.mlp_width, last.precision),
      fc2_(weights_.fc2.weight, weights_.fc2.bias, weights_.mlp_width, weights_.width, last.precision) {}

void ResidualMlp::run(const float* x, std::int64_t rows, float* y, float* normed,
                      kernels::BlockWorkspace& workspace) const {
  const auto d = weights_.width;
  add(x, rows * d, y);
  kernels::layer_norm(y, rows, d, weights_.ln_2.weight, weights_.ln_2.bias, weights_.ln_2.epsilon, normed);
  float* hidden = workspace.own_kv.reserve(rows * weights_.mlp_width);
  fc1_.run(normed, rows, hidden, weights_.activation);
  fc2_.run(hidden, rows, normed);
  add(normed, rows * d, y);
}

void self_attention(const LastBlock& last, const float* likeness, const float* values, std::int64_t stride,
                    std::int64_t batch, std::int64_t tokens, float* out, const kernels::ScoreEdit* edit) {
  kernels::attention(
      {likeness, likeness, values, stride, stride, nullptr, batch, tokens, 0, last.width(), last.heads}, out,
      last.precision, edit);
}

}  // namespace relprompt::engine
