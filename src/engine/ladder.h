// Ladder side tuning (Sung et al. 2022): a narrow network beside the encoder, whose every block mixes what it
// has with what the encoder's layer says.
#pragma once

#include <vector>

#include "engine/tuning.h"

namespace relprompt::engine {

/// With s_0 = down_0(x_0) for the encoder's tokens x_i after i layers:
/// s_i = block_i(g_i s_{i-1} + (1 - g_i) down_i(x_i)), g_i = sigmoid(gate_i); the result is x_L + up(s_L).
class Ladder : public Tuning {
 public:
  explicit Ladder(const model::ModelFiles& model);
  std::unique_ptr<LayerHook> start_pass() const override;

 private:
  class Pass;
  struct Linear {
    model::Tensor weight, bias;
  };
  std::vector<Linear> down_;  ///< of the tokens after 0, 1, ... L layers
  Linear up_;
  std::vector<float> gates_;  ///< g of layer 1, 2, ...
  std::vector<kernels::PackedBlock> blocks_;
};

}  // namespace relprompt::engine
