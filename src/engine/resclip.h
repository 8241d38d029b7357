// ResCLIP (Yang and others: "ResCLIP: Residual Attention for Training-free Dense Vision-language Inference",
// CVPR 2025) without feedback: NACLIP's attention mixed with the mean plain attention of middle layers, whose
// scores lie where objects are.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

/// total ((1 - share) softmax(keys with keys + neighbourhood) + share mean of softmax(queries with keys) of
/// layers 6 to 9 of 12), head by head, over the last layer's values; no residual, no MLP.
class ResClip : public DenseHead {
 public:
  ResClip(LastBlock last, const model::ResClipOptions& options);
  bool watches(std::int64_t layer) const override { return layer >= first_ && layer <= final_; }
  void watch(std::int64_t layer, const kernels::AttentionParts& parts,
             EncoderWorkspace& workspace) const override;
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 protected:
  /// Keys and values of the last layer, and these mixed by the middle layers' attention.
  void prepare(const LayerState& state, EncoderWorkspace& workspace) const;
  /// y as run has it, after prepare.
  void mix(const LayerState& state, const kernels::ScoreEdit& edit, float* y,
           EncoderWorkspace& workspace) const;

  LastBlock last_;
  HeadLinear keys_values_, output_;
  HeadLinear own_queries_keys_;  ///< in a tower of one layer
  model::ResClipOptions options_;

 private:
  std::int64_t first_, final_;  ///< middle layers; 0 in a tower of one layer, which then is its own
};

}  // namespace relprompt::engine
