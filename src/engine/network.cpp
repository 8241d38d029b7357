#include "engine/network.h"

#include "engine/packed_tower.h"
#include "engine/score_check.h"
#include "kernels/linear.h"
#include "kernels/softmax.h"
#include "model/int8_refinement.h"
#include "model/logit_scale.h"

namespace relprompt::engine {
namespace {

ClipEncoder make_encoder(const model::ModelFiles& model, const std::vector<kernels::BlockPacking>& packings,
                         const model::PackCacheRules& rules) {
  const TowerWeights weights(model);
  return {model.config, weights, packed_tower(model, weights, packings, rules), packings.back().precision};
}

/// from [n, c] -> to [c, n]
void transpose(const float* from, std::int64_t n, std::int64_t c, float* to) {
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < c; ++k) to[k * n + i] = from[i * c + k];
  }
}

}  // namespace

Network::Network(const model::ModelFiles& model, kernels::Precision precision,
                 const model::PackCacheRules& rules)
    : Network(model, precision,
              model::packings_of(model.config.clip, precision, model::read_refinement(model)), rules) {}

Network::Network(const model::ModelFiles& model, kernels::Precision precision,
                 const std::vector<kernels::BlockPacking>& packings, const model::PackCacheRules& rules)
    : score_kind_(model.config.scores),
      logit_scale_(static_cast<float>(model::logit_scale_of(model))),
      encoder_(make_encoder(model, packings, rules)),
      tuning_(make_tuning(model)) {
  model.clip->archive().release_pages();
  if (!model.config.prompts) return;
  if (model::has_rpm(model.config.prompts->peft.method)) {
    prompts_ = std::make_unique<RelationshipPrompts>(model, encoder_, precision);
  }
  head_.emplace(model);
  if (model.prompts) model.prompts->archive().release_pages();  // most weights are in other forms by now
}

kernels::ScoreActivation Network::score_activation() const {
  if (training_free()) return kernels::ScoreActivation::kNone;
  return score_kind_ == model::ScoreKind::kSoftmax ? kernels::ScoreActivation::kSoftmax
                                                   : kernels::ScoreActivation::kSigmoid;
}

void Network::patch_scores(const Images& images, const Texts& texts, float* scores, Workspace& workspace,
                           const Observer& observer) const {
  if (head_) {
    const auto found = features(images, texts, workspace, observer);
    check_features(found.patches, encoder_.joint());
    head_->run(found, images.batch, texts, scores, workspace.projection);
  } else {
    training_free_scores(images, texts, scores, workspace);
  }
  check_scores(scores, images.batch, grid_of(images.height, images.width).size(), texts, encoder_.joint());
}

Features Network::features(const Images& images, const Texts& texts, Workspace& workspace,
                           const Observer& observer) const {
  const auto hook = tuning_ ? tuning_->start_pass() : nullptr;
  if (prompts_) {
    return prompts_->run(images, texts, workspace.encoder, workspace.prompts, hook.get(), observer);
  }
  return project(encoder_.encode(images, hook.get(), workspace.encoder), workspace);
}

/// Tokens [B, T, D] into the joint space.
Features Network::project(const LayerState& state, Workspace& workspace) const {
  const auto d = encoder_.width(), e = encoder_.joint(), n = state.layout.patches();
  Features features;
  features.patches.resize(static_cast<std::size_t>(state.batch * n * e));
  features.global.resize(static_cast<std::size_t>(state.batch * e));
  for (std::int64_t b = 0; b < state.batch; ++b) {
    const float* image = state.tokens + b * state.layout.tokens * d;
    encoder_.project(image + state.layout.first_patch * d, n, features.patches.data() + b * n * e,
                     workspace.tokens);
    encoder_.project(image + state.layout.global * d, 1, features.global.data() + b * e, workspace.tokens);
  }
  return features;
}

void Network::cosines(const Images& images, const Texts& texts, float* cosines, Workspace& workspace) const {
  workspace.encoder.asked = texts;
  const auto features = project(encoder_.encode(images, nullptr, workspace.encoder), workspace);
  check_features(features.patches, encoder_.joint());
  const auto c = texts.count, e = encoder_.joint(),
             n = static_cast<std::int64_t>(features.patches.size()) / (images.batch * e);
  float* rows = workspace.scores.reserve(n * c);
  for (std::int64_t b = 0; b < images.batch; ++b) {
    kernels::linear(features.patches.data() + b * n * e, n, e, texts.rows, nullptr, c, rows);
    transpose(rows, n, c, cosines + b * c * n);
  }
  check_scores(cosines, images.batch, n, texts, e);
}

/// softmax over the classes of logit_scale p t^T at each patch: [B, C, N]. At patch and not at pixel
/// resolution, as a mean of distributions is one, and memory stays flat.
void Network::training_free_scores(const Images& images, const Texts& texts, float* scores,
                                   Workspace& workspace) const {
  cosines(images, texts, scores, workspace);
  const auto n = grid_of(images.height, images.width).size();
  for (std::int64_t b = 0; b < images.batch; ++b)
    kernels::softmax_columns(scores + b * texts.count * n, texts.count, n, logit_scale_);
}

}  // namespace relprompt::engine
