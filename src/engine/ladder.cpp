#include "engine/ladder.h"

#include <cmath>

#include "engine/prompt_tensors.h"
#include "engine/tower_weights.h"
#include "kernels/linear.h"

namespace relprompt::engine {

class Ladder::Pass : public LayerHook {
 public:
  explicit Pass(const Ladder& ladder) : ladder_(ladder) {}

  void between_layers(LayerState& state) override {
    const auto rows = state.batch * state.layout.tokens;
    const auto& down = ladder_.down_[static_cast<std::size_t>(state.layer)];
    const auto s = down.weight.shape()[0], d = down.weight.shape()[1];
    if (state.layer == 0) {
      apply(down, state.tokens, rows, side_.reserve(rows * s));
      return;
    }
    // s_i = block_i(g s_{i-1} + (1 - g) down_i(x_i)), [B, tokens, S].
    const auto index = static_cast<std::size_t>(state.layer - 1);
    const float gate = ladder_.gates_[index];
    float *reduced = reduced_.reserve(rows * s), *side = side_.reserve(rows * s);
    apply(down, state.tokens, rows, reduced);
    for (std::int64_t i = 0; i < rows * s; ++i) reduced[i] = gate * side[i] + (1 - gate) * reduced[i];
    ladder_.blocks_[index].run({reduced, nullptr, state.batch, state.layout.tokens, 0}, side, workspace_);
    if (index + 1 < ladder_.blocks_.size()) return;
    float* added = added_.reserve(rows * d);
    apply(ladder_.up_, side, rows, added);
    for (std::int64_t i = 0; i < rows * d; ++i) state.tokens[i] += added[i];
  }

 private:
  static void apply(const Linear& linear, const float* x, std::int64_t rows, float* y) {
    kernels::linear(x, rows, linear.weight.shape()[1], linear.weight.floats(), linear.bias.floats(),
                    linear.weight.shape()[0], y);
  }

  const Ladder& ladder_;
  kernels::Buffer<float> side_, reduced_, added_;
  kernels::BlockWorkspace workspace_;
};

Ladder::Ladder(const model::ModelFiles& model) {
  const PromptTensors tensors(model);
  const auto linear = [&](const std::string& stem) {
    return Linear{tensors.at(stem + ".weight"), tensors.at(stem + ".bias")};
  };
  const auto& vision = model.config.clip.vision;
  for (std::int64_t i = 0; i <= vision.layers; ++i) down_.push_back(linear("lst.down." + std::to_string(i)));
  up_ = linear("lst.up");
  for (const float gate : tensors.at("lst.gate").values()) gates_.push_back(1 / (1 + std::exp(-gate)));
  for (std::int64_t i = 0; i < vision.layers; ++i) {
    const auto stem = "lst.blocks." + std::to_string(i) + ".";
    const auto block =
        block_tensors(model::kNormEpsilon, [&](const char* name) { return tensors.at(stem + name); });
    blocks_.emplace_back(block.weights(vision.heads, model.config.clip.activation),
                         kernels::Precision::kFp32);
  }
}

std::unique_ptr<LayerHook> Ladder::start_pass() const {
  return std::make_unique<Pass>(*this);
}

}  // namespace relprompt::engine
