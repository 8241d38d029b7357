// Relationship prompt module: the trainable part that sits between the layers of a frozen image tower.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "clip/layer_hook.h"
#include "model/prompt_options.h"
#include "nn/linear.h"
#include "rpm/itp.h"
#include "rpm/m2oe.h"
#include "rpm/sample_noise.h"

namespace relprompt::rpm {

/// Patches and class token in the joint space, unit length.
struct Aligned {
  torch::Tensor patches;      ///< p [B, N, E]
  torch::Tensor class_token;  ///< g [B, E]
  /// [B], ||M2oE(p) - p|| / ||p|| of the normalised patches; for observers, and of layers with M2oE.
  torch::Tensor m2oe_update = {};
};

/// Sees named intermediate tensors ("layer3.attention_map", ".prompt", ".class_token", ".patches",
/// ".m2oe_update"): parity dumps, attention images and experiments.
using Observer = std::function<void(const std::string& name, const torch::Tensor& value)>;

/// Parameters: h [knowledge_grid^2, D] (pixel knowledge) and prompt_linear, or for Apg::kLinear apg.weight
/// [knowledge_grid^2, D] and apg.bias; prompt_norm; m2oe.I.* (paper) or vpt [L, tokens, D] (official).
class RpmImpl : public torch::nn::Module {
 public:
  RpmImpl(const model::VisionConfig& vision, const model::RpmOptions& options);

  /// Runs the image tower with prompts for the classes t [C, E] and returns the aligned output of its last
  /// layer. image [B, 3, H, W], normalised. With noise, as in training, the gate is disturbed and prompts are
  /// dropped out. `beside` is called before RPM at each layer; its prompt tokens stand before RPM's own.
  Aligned forward(clip::ImageTower& tower, const torch::Tensor& image, const torch::Tensor& t,
                  const Observer& observer = {}, const SampleNoise& noise = SampleNoise(),
                  clip::LayerHook* beside = nullptr);

  const model::RpmOptions& options() const { return options_; }

 private:
  class Pass;

  /// prompt_norm, M2oE, ln_post and projection of tokens [B, 1 + N, D] after `layer` layers.
  Aligned align(clip::ImageTower& tower, const torch::Tensor& tokens, std::int64_t layer, nn::Grid grid,
                const SampleNoise& noise, bool observed);
  bool gives_prompt(std::int64_t layer) const;

  model::VisionConfig vision_;
  model::RpmOptions options_;
  torch::Tensor h_, apg_weight_, apg_bias_, vpt_;
  nn::Linear prompt_linear_{nullptr};
  torch::nn::LayerNorm prompt_norm_{nullptr};
  std::vector<M2oe> m2oe_;
};
TORCH_MODULE(Rpm);

}  // namespace relprompt::rpm
