// The whole network for inference on the CPU: image encoder, prompts (or another method) and projection, or a
// bare CLIP with a dense head.
//
// Immutable and free of LibTorch: one Network serves any number of threads, each with a Workspace of its own.
// The definition with gradients (src/segmenter/network.h) is the reference that tests compare it with.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/projection_head.h"
#include "engine/tuning.h"
#include "kernels/label_tiles.h"
#include "model/pack_cache.h"

namespace relprompt::engine {

/// What a thread computes in; grows to the largest pass so far.
struct Workspace {
  EncoderWorkspace encoder;
  PromptWorkspace prompts;
  ProjectionWorkspace projection;
  kernels::Buffer<float> scores, tokens;
};

class Network {
 public:
  /// Packs the weights for `precision` and gives back the pages of the model's file, or maps weights that
  /// were packed before (model/pack_cache.h). model must outlive this. Throws Error(kOutOfMemory) or
  /// std::bad_alloc.
  Network(const model::ModelFiles& model, kernels::Precision precision,
          const model::PackCacheRules& rules = {});
  /// The same with other packings of the layers, one each, than the model asks for; these are not kept.
  Network(const model::ModelFiles& model, kernels::Precision precision,
          const std::vector<kernels::BlockPacking>& packings,
          const model::PackCacheRules& rules = {/*use=*/false});

  Grid grid_of(std::int64_t height, std::int64_t width) const { return encoder_.grid_of(height, width); }

  /// Scores at patch resolution, [batch, C, grid]: mask logits, or class probabilities of a bare CLIP. What
  /// makes probabilities of them is score_activation().
  void patch_scores(const Images& images, const Texts& texts, float* scores, Workspace& workspace,
                    const Observer& observer = {}) const;

  /// Cosines of the patches of a bare CLIP with the texts, [batch, S, grid].
  void cosines(const Images& images, const Texts& texts, float* cosines, Workspace& workspace) const;

  kernels::ScoreActivation score_activation() const;
  float logit_scale() const { return logit_scale_; }
  bool training_free() const { return !head_; }

 private:
  Features features(const Images& images, const Texts& texts, Workspace& workspace,
                    const Observer& observer) const;
  Features project(const LayerState& state, Workspace& workspace) const;
  void training_free_scores(const Images& images, const Texts& texts, float* scores,
                            Workspace& workspace) const;

  model::ScoreKind score_kind_;
  float logit_scale_;
  ClipEncoder encoder_;
  std::unique_ptr<Tuning> tuning_;                ///< of methods that act between the layers
  std::unique_ptr<RelationshipPrompts> prompts_;  ///< of methods with relationship prompts
  std::optional<ProjectionHead> head_;            ///< of models with prompts
};

}  // namespace relprompt::engine
