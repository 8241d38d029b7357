#include "engine/maskclip.h"

#include "base/stage_timer.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"

namespace relprompt::engine {
namespace {

void add(const float* x, std::int64_t count, float* y) {
  for (std::int64_t i = 0; i < count; ++i) y[i] += x[i];
}

}  // namespace

MaskClip::MaskClip(LastBlock last, bool residual_and_mlp)
    : last_(std::move(last)), residual_and_mlp_(residual_and_mlp) {}

void MaskClip::run(const float* x, std::int64_t batch, const TokenLayout& layout, float* y,
                   EncoderWorkspace& workspace) const {
  const auto weights = last_.tensors.weights(last_.heads, last_.activation);
  const auto rows = batch * layout.tokens, d = weights.width;
  auto& memory = workspace.blocks;
  float *normed = memory.mixed.reserve(rows * d), *values = memory.queries.reserve(rows * d);
  {
    // v = W_v ln_1(x) + b_v, y = W_o v + b_o: [rows, D] each.
    const StageTimer timer(Stage::kAttention);
    kernels::layer_norm(x, rows, d, weights.ln_1.weight, weights.ln_1.bias, weights.ln_1.epsilon, normed);
    kernels::linear(normed, rows, d, weights.qkv.weight + 2 * d * d, weights.qkv.bias + 2 * d, d, values);
    kernels::linear(values, rows, d, weights.proj.weight, weights.proj.bias, d, y);
  }
  if (!residual_and_mlp_) return;
  const StageTimer timer(Stage::kMlp);
  add(x, rows * d, y);
  kernels::layer_norm(y, rows, d, weights.ln_2.weight, weights.ln_2.bias, weights.ln_2.epsilon, normed);
  float* hidden = memory.own_kv.reserve(rows * weights.mlp_width);
  kernels::linear(normed, rows, d, weights.fc1.weight, weights.fc1.bias, weights.mlp_width, hidden,
                  weights.activation);
  kernels::linear(hidden, rows, weights.mlp_width, weights.fc2.weight, weights.fc2.bias, d, values);
  add(values, rows * d, y);
}

}  // namespace relprompt::engine
