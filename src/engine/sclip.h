// SCLIP (Wang, Mei, Yuille: "SCLIP: Rethinking Self-Attention for Dense Vision-Language Inference", ECCV
// 2024): in the last layer the sum of the attentions by queries with queries and by keys with keys, whose
// rows so sum to 2; residual and MLP stay.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class SClip : public DenseHead {
 public:
  explicit SClip(LastBlock last)
      : last_(std::move(last)),
        projections_(last_.projection(Projection::kQueries, 3)),
        output_(last_.output()),
        mlp_(last_) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  LastBlock last_;
  HeadLinear projections_, output_;
  ResidualMlp mlp_;
};

}  // namespace relprompt::engine
