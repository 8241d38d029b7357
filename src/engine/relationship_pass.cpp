// One pass through the encoder: aligns what each layer leaves, makes the next layer's prompts of it (Eq. 2
// and 3), and keeps what the last layer leaves.
#include <algorithm>
#include <string>

#include "base/stage_timer.h"
#include "engine/relationship_prompts.h"
#include "kernels/gemm.h"
#include "kernels/softmax.h"

namespace relprompt::engine {

class RelationshipPass : public LayerHook {
 public:
  RelationshipPass(const RelationshipPrompts& rpm, const Texts& texts, PromptWorkspace& workspace,
                   LayerHook* beside, const Observer& observer)
      : rpm_(rpm),
        options_(rpm.options_),
        d_(rpm.encoder_.width()),
        e_(rpm.encoder_.joint()),
        texts_(texts),
        workspace_(workspace),
        beside_(beside),
        observer_(observer) {}

  void between_layers(LayerState& state) override {
    if (beside_ != nullptr) beside_->between_layers(state);
    const StageTimer timer(Stage::kRpm);
    const auto layer = state.layer, layers = rpm_.encoder_.layers();
    add_visual_prompts(state);
    const bool gives = model::gives_prompt(options_, layer, layers);
    if (layer == 0 || !(gives || layer == layers || observer_)) return;
    const auto& layout = state.layout;
    float* aligned = workspace_.aligned.reserve(state.batch * layout.tokens * e_);
    rpm_.align(state, aligned, workspace_);
    if (gives) give_prompts(state, aligned);
    if (layer == layers || observer_) keep_features(state, aligned);
    if (!observer_) return;
    observe(layer, ".class_token", features_.global.data(), {state.batch, e_});
    observe(layer, ".patches", features_.patches.data(), {state.batch, layout.patches(), e_});
  }

  Features take() { return std::move(features_); }

 private:
  /// Official variant: trained tokens of each layer, the same for all images.
  void add_visual_prompts(LayerState& state) const {
    if (rpm_.visual_.empty() || state.layer >= rpm_.encoder_.layers()) return;
    const auto count = options_.visual_prompt_tokens;
    state.prompt.add(rpm_.visual_.data() + state.layer * count * d_, count, /*shared=*/true);
  }

  void give_prompts(LayerState& state, const float* aligned) {
    const auto n = state.grid.size(), c = texts_.count;
    const auto& knowledge = rpm_.knowledge_at(state.grid, workspace_);
    const bool keep = observer_ || options_.merge != model::Merge::kConcatenation;
    float* prompt = workspace_.prompt.reserve(state.batch * c * d_);
    float* kept = keep ? workspace_.kept_map.reserve(state.batch * c * n) : nullptr;
    for (std::int64_t b = 0; b < state.batch; ++b) {
      const float* image = aligned + b * state.layout.tokens * e_;
      prompts_of_image(knowledge, image + state.layout.first_patch * e_, image + state.layout.global * e_,
                       prompt + b * c * d_, keep ? kept + b * c * n : nullptr);
    }
    if (observer_) {
      observe(state.layer, ".attention_map", kept, {state.batch, c, n});
      observe(state.layer, ".prompt", prompt, {state.batch, c, d_});
    }
    if (options_.merge == model::Merge::kConcatenation) {
      state.prompt.add(prompt, c, /*shared=*/false);
    } else {
      merge(state, kept, prompt);
    }
  }

  /// Prompts [C, D] of one image: by the attention map (always if that is kept), or in the order of products
  /// that needs none, whichever is cheaper. p [N, E], g [E]; kept [C, N] or nullptr.
  void prompts_of_image(const MappedKnowledge& knowledge, const float* p, const float* g, float* prompt,
                        float* kept) const {
    const auto n = knowledge.grid.size(), c = texts_.count;
    const auto number = [](std::int64_t value) { return static_cast<double>(value); };
    const auto cost = model::prompt_cost(number(c), number(n), number(e_), number(d_));
    const float* texts = options_.itp.image_level ? weighted_texts(g) : texts_.rows;
    if (kept == nullptr && options_.itp.pixel_level && cost.without_map < cost.with_map) {
      rpm_.prompts_without_map(knowledge, texts, c, p, prompt, workspace_);
      return;
    }
    float* m = workspace_.map.reserve(c * n);
    if (options_.itp.pixel_level) {
      rpm_.multiply(texts, c, e_, p, nullptr, n, m, workspace_);  // m^T = (t * g) p^T, [C, N]
    } else {
      image_scores(g, n, m);
    }
    if (kept != nullptr) std::copy_n(m, c * n, kept);
    rpm_.prompts_by_map(knowledge, m, c, prompt, workspace_);
  }

  /// t * g, [C, E].
  const float* weighted_texts(const float* g) const {
    float* texts = workspace_.texts.reserve(texts_.count * e_);
    for (std::int64_t c = 0; c < texts_.count; ++c) {
      for (std::int64_t i = 0; i < e_; ++i) texts[c * e_ + i] = texts_.rows[c * e_ + i] * g[i];
    }
    return texts;
  }

  /// The ablation without pixel-level attention: each patch has the score t g^T of the whole image.
  void image_scores(const float* g, std::int64_t n, float* m) const {
    for (std::int64_t c = 0; c < texts_.count; ++c) {
      double score = 0;
      for (std::int64_t i = 0; i < e_; ++i) {
        score += static_cast<double>(texts_.rows[c * e_ + i]) * static_cast<double>(g[i]);
      }
      std::fill_n(m + c * n, n, static_cast<float>(score));
    }
  }

  /// The ablations in which prompts change the patches x: x + r or x * (1 + r), where r = softmax_c(m)
  /// prompt, [N, D], brings the prompts back to the patches. m [B, C, N], prompt [B, C, D].
  void merge(LayerState& state, const float* m, const float* prompt) const {
    const auto n = state.grid.size(), c = texts_.count;
    float* shares = workspace_.map.reserve(n * c);
    float* r = workspace_.merged.reserve(n * d_);
    for (std::int64_t b = 0; b < state.batch; ++b) {
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = 0; k < c; ++k) shares[i * c + k] = m[(b * c + k) * n + i];
      }
      kernels::softmax_rows(shares, n, c);
      kernels::gemm(kernels::Side::kPlain, kernels::Side::kPlain, n, d_, c, 1, shares, c, prompt + b * c * d_,
                    d_, 0, r, d_);
      float* x = state.tokens + (b * state.layout.tokens + state.layout.first_patch) * d_;
      const bool add = options_.merge == model::Merge::kAddition;
      for (std::int64_t i = 0; i < n * d_; ++i) x[i] = add ? x[i] + r[i] : x[i] * (1 + r[i]);
    }
  }

  void keep_features(const LayerState& state, const float* aligned) {
    const auto& layout = state.layout;
    features_.patches.clear();
    features_.global.clear();
    for (std::int64_t b = 0; b < state.batch; ++b) {
      const float* image = aligned + b * layout.tokens * e_;
      const float *patches = image + layout.first_patch * e_, *global = image + layout.global * e_;
      features_.patches.insert(features_.patches.end(), patches, patches + layout.patches() * e_);
      features_.global.insert(features_.global.end(), global, global + e_);
    }
  }

  void observe(std::int64_t layer, const char* what, const float* values,
               std::vector<std::int64_t> shape) const {
    observer_("layer" + std::to_string(layer) + what, {values, std::move(shape)});
  }

  const RelationshipPrompts& rpm_;
  const model::RpmOptions& options_;
  std::int64_t d_, e_;
  const Texts& texts_;
  PromptWorkspace& workspace_;
  LayerHook* beside_;
  const Observer& observer_;
  Features features_;
};

Features RelationshipPrompts::run(const Images& images, const Texts& texts, EncoderWorkspace& encoder,
                                  PromptWorkspace& workspace, LayerHook* beside,
                                  const Observer& observer) const {
  RelationshipPass pass(*this, texts, workspace, beside, observer);
  encoder_.encode(images, &pass, encoder);
  return pass.take();
}

}  // namespace relprompt::engine
