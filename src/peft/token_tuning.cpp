#include "peft/token_tuning.h"

#include "model/method_tensors.h"
#include "nn/linear.h"

namespace relprompt::peft {

class Adapter::Pass : public clip::LayerHook {
 public:
  explicit Pass(const Adapter& adapter) : adapter_(adapter) {}

  void between_layers(clip::LayerState& state) override {
    if (state.layer == 0) return;
    const auto stem = "adapter." + std::to_string(state.layer - 1) + ".";
    const auto inner =
        nn::linear(state.tokens, adapter_.at(stem + "down.weight"), adapter_.at(stem + "down.bias"));
    state.tokens = state.tokens + nn::linear(at::gelu(inner), adapter_.at(stem + "up.weight"),
                                             adapter_.at(stem + "up.bias"));
  }

 private:
  const Adapter& adapter_;
};

Adapter::Adapter(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(model::peft_rows(clip, options)) {}

std::unique_ptr<clip::LayerHook> Adapter::start_pass() {
  return std::make_unique<Pass>(*this);
}

class VisualPrompts::Pass : public clip::LayerHook {
 public:
  explicit Pass(const torch::Tensor& tokens) : tokens_(tokens) {}

  void between_layers(clip::LayerState& state) override {
    if (state.layer >= tokens_.size(0)) return;
    state.prompt = tokens_[state.layer].expand({state.tokens.size(0), tokens_.size(1), tokens_.size(2)});
  }

 private:
  const torch::Tensor& tokens_;  ///< [L, tokens, D]
};

VisualPrompts::VisualPrompts(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(model::peft_rows(clip, options)) {}

std::unique_ptr<clip::LayerHook> VisualPrompts::start_pass() {
  return std::make_unique<Pass>(at("vpt"));
}

}  // namespace relprompt::peft
