// Relationship prompt module: the trainable part that sits between the layers of a frozen image tower.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "clip/layer_hook.h"
#include "nn/linear.h"
#include "rpm/itp.h"
#include "rpm/m2oe.h"
#include "rpm/packed_rpm.h"
#include "rpm/sample_noise.h"

namespace relprompt::rpm {

/// The two forms of the network: what the authors' released code runs, and what the paper describes.
enum class Variant { kPaper, kOfficial };

/// Where prompt tokens come from (docs/decisions/0004-baselines-and-ablations.md).
enum class Apg {
  kKnowledge,  ///< Eq. 3: Linear(m^T h)
  kLinear      ///< ablation: one linear layer from the cells of the grid, m^T W + b, without h
};

/// How prompts meet the tokens of the next layer (the same page).
enum class Merge {
  kConcatenation,  ///< as tokens beside them, whose outputs are discarded
  kAddition,       ///< x + r, r the prompts brought back to the patches
  kHadamard        ///< x * (1 + r)
};

struct RpmOptions {
  Variant variant = Variant::kPaper;
  std::int64_t knowledge_grid = 32;        ///< patches a side of the grid that h is stored on
  std::int64_t visual_prompt_tokens = 10;  ///< official only: VPT tokens of each layer
  /// Official only: share of the prompts' numbers that training sets to 0, in [0, 1). The authors' code drops
  /// both kinds of prompt, visual and relationship, after their shared linear layer, anew for every image.
  double prompt_dropout = 0.1;
  bool use_m2oe = true;  ///< paper only; false: ablation without M2oE
  M2oeOptions m2oe;
  ItpOptions itp;
  Apg apg = Apg::kKnowledge;  ///< kLinear: paper only, since the official variant's Linear serves two
  Merge merge = Merge::kConcatenation;
  std::vector<std::int64_t> layers;  ///< 1-based layers that give prompts; empty: all but the last
};

/// Sees named intermediate tensors ("layer3.attention_map", ".prompt", ".class_token", ".patches"): parity
/// dumps and attention pictures.
using Observer = std::function<void(const std::string& name, const torch::Tensor& value)>;

/// Parameters: h [knowledge_grid^2, D] (pixel knowledge) and prompt_linear, or for Apg::kLinear apg.weight
/// [knowledge_grid^2, D] and apg.bias; prompt_norm; m2oe.I.* (paper) or vpt [L, tokens, D] (official).
class RpmImpl : public torch::nn::Module {
 public:
  RpmImpl(const clip::VisionConfig& vision, const RpmOptions& options);

  /// Runs the image tower with prompts for the classes t [C, E] and returns the aligned output of its last
  /// layer. image [B, 3, H, W], normalised. With noise, as in training, the gate is disturbed and prompts are
  /// dropped out. `beside` is called before RPM at each layer; its prompt tokens stand before RPM's own.
  Aligned forward(clip::ImageTower& tower, const torch::Tensor& image, const torch::Tensor& t,
                  const Observer& observer = {}, const SampleNoise& noise = SampleNoise(),
                  clip::LayerHook* beside = nullptr);

  /// For inference on the CPU: coming passes without noise and gradients run on kernels that have these
  /// parameters and the tower's ln_post and projection as they are now. precision: see PackedRpm.
  void pack(const clip::ImageTower& tower, kernels::Precision precision = kernels::Precision::kFp32);
  /// Undoes pack: to be called before parameters change.
  void unpack() { packed_.reset(); }

  const RpmOptions& options() const { return options_; }

 private:
  class Pass;

  /// prompt_norm, M2oE, ln_post and projection of tokens [B, 1 + N, D] after `layer` layers.
  Aligned align(clip::ImageTower& tower, const torch::Tensor& tokens, std::int64_t layer, nn::Grid grid,
                const SampleNoise& noise);
  bool gives_prompt(std::int64_t layer) const;

  clip::VisionConfig vision_;
  RpmOptions options_;
  torch::Tensor h_, apg_weight_, apg_bias_, vpt_;
  nn::Linear prompt_linear_{nullptr};
  torch::nn::LayerNorm prompt_norm_{nullptr};
  std::vector<M2oe> m2oe_;
  std::optional<PackedRpm> packed_;
};
TORCH_MODULE(Rpm);

}  // namespace relprompt::rpm
