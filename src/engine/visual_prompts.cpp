#include "engine/visual_prompts.h"

#include "engine/prompt_tensors.h"

namespace relprompt::engine {

class VisualPrompts::Pass : public LayerHook {
 public:
  explicit Pass(const model::Tensor& tokens) : tokens_(tokens) {}

  void between_layers(LayerState& state) override {
    const auto& shape = tokens_.shape();
    if (state.layer >= shape[0]) return;
    state.prompt.add(tokens_.floats() + state.layer * shape[1] * shape[2], shape[1], /*shared=*/true);
  }

 private:
  const model::Tensor& tokens_;
};

VisualPrompts::VisualPrompts(const model::ModelFiles& model) : tokens_(PromptTensors(model).at("vpt")) {}

std::unique_ptr<LayerHook> VisualPrompts::start_pass() const {
  return std::make_unique<Pass>(tokens_);
}

}  // namespace relprompt::engine
