#include "engine/adapter.h"

#include "engine/prompt_tensors.h"
#include "kernels/linear.h"

namespace relprompt::engine {

class Adapter::Pass : public LayerHook {
 public:
  explicit Pass(const Adapter& adapter) : adapter_(adapter) {}

  void between_layers(LayerState& state) override {
    if (state.layer == 0) return;
    const auto& layer = adapter_.layers_[static_cast<std::size_t>(state.layer - 1)];
    const auto rows = state.batch * state.layout.tokens, inner = layer.down_weight.shape()[0],
               d = layer.down_weight.shape()[1];
    float *hidden = hidden_.reserve(rows * inner), *added = added_.reserve(rows * d);
    kernels::linear(state.tokens, rows, d, layer.down_weight.floats(), layer.down_bias.floats(), inner,
                    hidden, kernels::Activation::kGelu);
    kernels::linear(hidden, rows, inner, layer.up_weight.floats(), layer.up_bias.floats(), d, added);
    for (std::int64_t i = 0; i < rows * d; ++i) state.tokens[i] += added[i];
  }

 private:
  const Adapter& adapter_;
  kernels::Buffer<float> hidden_, added_;
};

Adapter::Adapter(const model::ModelFiles& model) {
  const PromptTensors tensors(model);
  for (std::int64_t i = 0; i < model.config.clip.vision.layers; ++i) {
    const auto stem = "adapter." + std::to_string(i) + ".";
    layers_.push_back({tensors.at(stem + "down.weight"), tensors.at(stem + "down.bias"),
                       tensors.at(stem + "up.weight"), tensors.at(stem + "up.bias")});
  }
}

std::unique_ptr<LayerHook> Adapter::start_pass() const {
  return std::make_unique<Pass>(*this);
}

}  // namespace relprompt::engine
