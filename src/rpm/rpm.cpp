#include "rpm/rpm.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "nn/layer_norm.h"
#include "rpm/apg.h"
#include "rpm/merge.h"

namespace relprompt::rpm {

RpmImpl::RpmImpl(const model::VisionConfig& vision, const model::RpmOptions& options)
    : vision_(vision), options_(options) {
  const auto width = vision.width;
  const auto cells = options.knowledge_grid * options.knowledge_grid;
  if (options.apg == model::Apg::kLinear) {
    const auto apg = register_module("apg", std::make_shared<torch::nn::Module>("apg"));
    apg_weight_ = apg->register_parameter("weight", torch::empty({cells, width}));
    apg_bias_ = apg->register_parameter("bias", torch::empty({width}));
  } else {
    h_ = register_parameter("h", torch::empty({cells, width}));
    prompt_linear_ = register_module("prompt_linear", nn::Linear(width, width));
  }
  prompt_norm_ =
      register_module("prompt_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-6)));
  if (options.variant == model::Variant::kOfficial) {
    vpt_ = register_parameter("vpt", torch::empty({vision.layers, options.visual_prompt_tokens, width}));
  } else if (options.use_m2oe) {
    const auto list = register_module("m2oe", std::make_shared<torch::nn::Module>("m2oe"));
    for (std::int64_t i = 0; i + 1 < vision.layers; ++i) {
      m2oe_.push_back(list->register_module(std::to_string(i), M2oe(width, options.m2oe)));
    }
  }
}

bool RpmImpl::gives_prompt(std::int64_t layer) const {
  if (layer >= vision_.layers) return false;
  const auto& chosen = options_.layers;
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), layer) != chosen.end();
}

Aligned RpmImpl::align(clip::ImageTower& tower, const torch::Tensor& tokens, std::int64_t layer,
                       nn::Grid grid, const SampleNoise& noise, bool observed) {
  const auto n = nn::layer_norm(prompt_norm_, tokens);
  auto patches = n.narrow(1, 1, grid.size());
  torch::Tensor update;
  if (!m2oe_.empty() && layer < vision_.layers) {
    auto& block = m2oe_[static_cast<std::size_t>(layer - 1)];
    // Gate noise is standard normal and drawn in training only (paper, Eq. 13).
    const auto experts = options_.m2oe.experts;
    const auto mixed = block(
        patches, grid, noise.present() ? noise.normal(layer, experts, tokens.options()) : torch::Tensor());
    if (observed) update = (mixed - patches).flatten(1).norm(2, 1) / patches.flatten(1).norm(2, 1);
    patches = mixed;
  }
  return {tower->project(patches), tower->project(n.select(1, 0)), update};
}

/// One run through the tower: gives each layer its prompts and keeps what the last one leaves.
class RpmImpl::Pass : public clip::LayerHook {
 public:
  Pass(RpmImpl& rpm, clip::ImageTower& tower, const torch::Tensor& t, const Observer& observer,
       const SampleNoise& noise, clip::LayerHook* beside)
      : rpm_(rpm), tower_(tower), t_(t), observer_(observer), noise_(noise), beside_(beside) {}

  void between_layers(clip::LayerState& state) override {
    if (beside_ != nullptr) beside_->between_layers(state);
    const StageTimer timer(Stage::kRpm);
    const auto layer = state.layer;
    std::vector<torch::Tensor> prompts;
    if (rpm_.vpt_.defined() && layer < rpm_.vision_.layers) {
      const auto visual = rpm_.prompt_linear_(rpm_.vpt_[layer]);
      prompts.push_back(visual.expand({state.tokens.size(0), visual.size(0), visual.size(1)}));
    }
    torch::Tensor m;
    const bool wanted = layer == rpm_.vision_.layers || rpm_.gives_prompt(layer) || observer_;
    if (layer > 0 && wanted) {
      aligned_ = rpm_.align(tower_, state.tokens, layer, state.grid, noise_, observer_ != nullptr);
      if (rpm_.gives_prompt(layer)) {
        if (skips_map(state.grid)) {
          prompts.push_back(prompt_without_map(state.grid));
        } else {
          m = image_to_pixel_attention(aligned_.patches, aligned_.class_token, t_, rpm_.options_.itp);
          prompts.push_back(relationship_prompt(m, layer, state.grid));
        }
      }
      if (aligned_.m2oe_update.defined()) observe(layer, ".m2oe_update", aligned_.m2oe_update);
      observe(layer, ".class_token", aligned_.class_token);
      observe(layer, ".patches", aligned_.patches);
    }
    if (!prompts.empty()) give(state, dropped(torch::cat(prompts, 1), layer), m);
  }

  const Aligned& aligned() const { return aligned_; }

 private:
  bool needs_map() const { return observer_ || rpm_.options_.merge != model::Merge::kConcatenation; }

  /// Whether nobody needs the attention map and the prompts are cheaper without it.
  bool skips_map(nn::Grid grid) const {
    const auto& options = rpm_.options_;
    const bool needed = needs_map() || options.apg != model::Apg::kKnowledge || !options.itp.image_level ||
                        !options.itp.pixel_level;
    const auto number = [](std::int64_t n) { return static_cast<double>(n); };
    return !needed && cheaper_without_map(number(t_.size(0)), number(grid.size()), number(t_.size(1)),
                                          number(rpm_.vision_.width), number(rpm_.vision_.layers - 1));
  }

  torch::Tensor prompt_without_map(nn::Grid grid) {
    const auto side = rpm_.options_.knowledge_grid;
    if (!mapped_.defined()) mapped_ = map_knowledge(rpm_.h_, {side, side}, grid, rpm_.prompt_linear_);
    return generate_prompts_without_map(aligned_.patches, aligned_.class_token, t_, mapped_,
                                        rpm_.prompt_linear_);
  }

  torch::Tensor relationship_prompt(const torch::Tensor& m, std::int64_t layer, nn::Grid grid) {
    const auto side = rpm_.options_.knowledge_grid;
    const auto prompt = rpm_.options_.apg == model::Apg::kLinear
                            ? map_to_prompts(m, grid, rpm_.apg_weight_, {side, side}, rpm_.apg_bias_)
                            : generate_prompts(m, grid, rpm_.h_, {side, side}, rpm_.prompt_linear_);
    observe_prompt(layer, m, prompt);
    return prompt;
  }

  void observe_prompt(std::int64_t layer, const torch::Tensor& m, const torch::Tensor& prompt) const {
    observe(layer, ".attention_map", m);
    observe(layer, ".prompt", prompt);
  }

  /// Hands the visual prompts over as tokens, and so the relationship prompts that follow them (if m says
  /// there are any) or into the patches.
  void give(clip::LayerState& state, torch::Tensor prompt, const torch::Tensor& m) const {
    const auto merge = rpm_.options_.merge;
    if (m.defined() && merge != model::Merge::kConcatenation) {
      const auto visual = prompt.size(1) - m.size(2);
      state.tokens = merged(state.tokens, m, prompt.narrow(1, visual, m.size(2)), merge);
      if (visual == 0) return;
      prompt = prompt.narrow(1, 0, visual);
    }
    state.prompt = state.prompt.defined() ? torch::cat({state.prompt, prompt}, 1) : prompt;
  }

  torch::Tensor dropped(const torch::Tensor& prompt, std::int64_t layer) const {
    const auto& options = rpm_.options_;
    if (options.variant != model::Variant::kOfficial || !noise_.present()) return prompt;
    return prompt * noise_.dropout(layer, prompt, options.prompt_dropout);
  }

  void observe(std::int64_t layer, const char* what, const torch::Tensor& value) const {
    if (observer_) observer_("layer" + std::to_string(layer) + what, value);
  }

  RpmImpl& rpm_;
  clip::ImageTower& tower_;
  const torch::Tensor& t_;
  const Observer& observer_;
  const SampleNoise& noise_;
  clip::LayerHook* beside_;
  Aligned aligned_;
  torch::Tensor mapped_;  ///< pixel knowledge through the linear layer, where prompts take the short way
};

Aligned RpmImpl::forward(clip::ImageTower& tower, const torch::Tensor& image, const torch::Tensor& t,
                         const Observer& observer, const SampleNoise& noise, clip::LayerHook* beside) {
  Pass pass(*this, tower, t, observer, noise, beside);
  const auto class_token = options_.variant == model::Variant::kOfficial ? clip::ClassToken::kAddedTwice
                                                                         : clip::ClassToken::kStandard;
  tower->forward(image, &pass, class_token);
  return pass.aligned();
}

}  // namespace relprompt::rpm
