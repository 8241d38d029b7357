#include "rpm/rpm.h"

#include <algorithm>

#include "rpm/apg.h"

namespace relprompt::rpm {

RpmImpl::RpmImpl(const clip::VisionConfig& vision, const RpmOptions& options)
    : vision_(vision), options_(options) {
  const auto width = vision.width;
  h_ = register_parameter("h", torch::empty({options.knowledge_grid * options.knowledge_grid, width}));
  prompt_linear_ = register_module("prompt_linear", nn::Linear(width, width));
  prompt_norm_ =
      register_module("prompt_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-6)));
  if (options.variant == Variant::kOfficial) {
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
                       nn::Grid grid) {
  const auto n = prompt_norm_(tokens);
  auto patches = n.narrow(1, 1, grid.size());
  if (!m2oe_.empty() && layer < vision_.layers) {
    auto& block = m2oe_[static_cast<std::size_t>(layer - 1)];
    // Gate noise is standard normal and drawn in training only (paper, Eq. 13).
    const auto noise = is_training() ? torch::randn({tokens.size(0), options_.m2oe.experts}, tokens.options())
                                     : torch::Tensor();
    patches = block(patches, grid, noise);
  }
  return {tower->project(patches), tower->project(n.select(1, 0))};
}

/// One run through the tower: gives each layer its prompts and keeps what the last one leaves.
class RpmImpl::Pass : public clip::LayerHook {
 public:
  Pass(RpmImpl& rpm, clip::ImageTower& tower, const torch::Tensor& t, const Observer& observer)
      : rpm_(rpm), tower_(tower), t_(t), observer_(observer) {}

  void between_layers(clip::LayerState& state) override {
    const auto layer = state.layer;
    std::vector<torch::Tensor> prompts;
    if (rpm_.vpt_.defined() && layer < rpm_.vision_.layers) {
      const auto visual = rpm_.prompt_linear_(rpm_.vpt_[layer]);
      prompts.push_back(visual.expand({state.tokens.size(0), visual.size(0), visual.size(1)}));
    }
    const bool wanted = layer == rpm_.vision_.layers || rpm_.gives_prompt(layer) || observer_;
    if (layer > 0 && wanted) {
      aligned_ = rpm_.align(tower_, state.tokens, layer, state.grid);
      if (rpm_.gives_prompt(layer)) prompts.push_back(relationship_prompt(layer, state.grid));
      observe(layer, ".class_token", aligned_.class_token);
      observe(layer, ".patches", aligned_.patches);
    }
    if (!prompts.empty()) state.prompt = dropped(torch::cat(prompts, 1));
  }

  const Aligned& aligned() const { return aligned_; }

 private:
  torch::Tensor relationship_prompt(std::int64_t layer, nn::Grid grid) {
    const auto side = rpm_.options_.knowledge_grid;
    const auto m = image_to_pixel_attention(aligned_.patches, aligned_.class_token, t_, rpm_.options_.itp);
    const auto prompt = generate_prompts(m, grid, rpm_.h_, {side, side}, rpm_.prompt_linear_);
    observe(layer, ".attention_map", m);
    observe(layer, ".prompt", prompt);
    return prompt;
  }

  torch::Tensor dropped(const torch::Tensor& prompt) const {
    const auto& options = rpm_.options_;
    if (options.variant != Variant::kOfficial || !rpm_.is_training()) return prompt;
    return torch::dropout(prompt, options.prompt_dropout, /*train=*/true);
  }

  void observe(std::int64_t layer, const char* what, const torch::Tensor& value) const {
    if (observer_) observer_("layer" + std::to_string(layer) + what, value);
  }

  RpmImpl& rpm_;
  clip::ImageTower& tower_;
  const torch::Tensor& t_;
  const Observer& observer_;
  Aligned aligned_;
};

Aligned RpmImpl::forward(clip::ImageTower& tower, const torch::Tensor& image, const torch::Tensor& t,
                         const Observer& observer) {
  Pass pass(*this, tower, t, observer);
  const auto class_token =
      options_.variant == Variant::kOfficial ? clip::ClassToken::kAddedTwice : clip::ClassToken::kStandard;
  tower->forward(image, &pass, class_token);
  return pass.aligned();
}

}  // namespace relprompt::rpm
