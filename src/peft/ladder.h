// Ladder side tuning (Sung et al. 2022): a narrow network beside the tower, whose every block mixes what it
// has with what the tower's layer says. No gradient passes through the tower, so training needs little
// memory.
#pragma once

#include "nn/transformer_block.h"
#include "peft/tuning.h"

namespace relprompt::peft {

/// With s_0 = down_0(x_0) for the tower's tokens x_i after i layers:
/// s_i = block_i(g_i s_{i-1} + (1 - g_i) down_i(x_i)), g_i = sigmoid(gate_i); the result is x_L + up(s_L).
class Ladder : public Tuning {
 public:
  Ladder(const model::ClipConfig& clip, const model::PeftOptions& options);
  std::unique_ptr<clip::LayerHook> start_pass() override;
  bool needs_tower_gradients() const override { return false; }

 private:
  class Pass;

  std::vector<nn::TransformerBlock> blocks_;
};

}  // namespace relprompt::peft
