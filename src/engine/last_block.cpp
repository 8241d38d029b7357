#include "engine/last_block.h"

#include "kernels/layer_norm.h"
#include "kernels/linear.h"

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

void LastBlock::project(const float* normed, std::int64_t rows, Projection first, std::int64_t count,
                        float* y) const {
  const auto all = weights();
  const auto d = all.width, from = static_cast<std::int64_t>(first) * d;
  kernels::linear(normed, rows, d, all.qkv.weight + from * d, all.qkv.bias + from, count * d, y);
}

void LastBlock::join_heads(const float* mixed, std::int64_t rows, float* y) const {
  const auto all = weights();
  kernels::linear(mixed, rows, all.width, all.proj.weight, all.proj.bias, all.width, y);
}

void LastBlock::add_residual_and_mlp(const float* x, std::int64_t rows, float* y, float* normed,
                                     kernels::BlockWorkspace& workspace) const {
  const auto all = weights();
  const auto d = all.width;
  add(x, rows * d, y);
  kernels::layer_norm(y, rows, d, all.ln_2.weight, all.ln_2.bias, all.ln_2.epsilon, normed);
  float* hidden = workspace.own_kv.reserve(rows * all.mlp_width);
  kernels::linear(normed, rows, d, all.fc1.weight, all.fc1.bias, all.mlp_width, hidden, all.activation);
  kernels::linear(hidden, rows, all.mlp_width, all.fc2.weight, all.fc2.bias, d, normed);
  add(normed, rows * d, y);
}

void self_attention(const LastBlock& last, const float* likeness, const float* values, std::int64_t stride,
                    std::int64_t batch, std::int64_t tokens, float* out, const kernels::ScoreEdit* edit) {
  kernels::attention(
      {likeness, likeness, values, stride, stride, nullptr, batch, tokens, 0, last.width(), last.heads}, out,
      kernels::Precision::kFp32, edit);
}

}  // namespace relprompt::engine
