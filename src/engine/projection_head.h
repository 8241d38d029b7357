// The linear projection module (LPM; paper, Eq. 5-7): mask logits from features and class embeddings.
#pragma once

#include <cstdint>

#include "engine/relationship_prompts.h"

namespace relprompt::engine {

/// What the head works in; one a thread that computes.
struct ProjectionWorkspace {
  kernels::Buffer<float> texts, fused, second, projected;
};

/// Immutable once made. The training-free form has no weights: its linear layers and norms are the identity,
/// and (c), whose two halves must meet one patch vector, adds them: p (t * g + t)^T.
class ProjectionHead {
 public:
  explicit ProjectionHead(const model::ModelFiles& model);

  /// Features of `batch` images with N patches each, texts t [C, E] -> logits [batch, C, N]. Trained forms
  /// scale by E^-1/2; training-free ones are sums of cosines, in [-2, 2], over the temperature.
  void run(const Features& features, std::int64_t batch, const Texts& texts, float* logits,
           ProjectionWorkspace& workspace) const;

 private:
  struct Linear {
    model::Tensor weight, bias;
    void run(const float* x, std::int64_t rows, float* y) const;
  };
  struct Norm {
    model::Tensor weight, bias;
    void run(float* x, std::int64_t rows) const;
  };

  /// k [C, E], the text side for the image's g [E].
  const float* text_side(const float* g, const Texts& texts, ProjectionWorkspace& workspace) const;

  model::LpmOptions options_;
  std::int64_t joint_;
  Linear vis_proj_, text_fuse_, text_proj_;
  Norm vis_norm_, text_norm_;
};

}  // namespace relprompt::engine
