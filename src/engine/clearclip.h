// ClearCLIP (Lan and others: "ClearCLIP: Decomposing CLIP Representations for Dense Vision-Language
// Inference", ECCV 2024): the last layer's attention by queries with queries, without residual and MLP.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class ClearClip : public DenseHead {
 public:
  explicit ClearClip(LastBlock last)
      : last_(std::move(last)),
        queries_(last_.projection(Projection::kQueries, 1)),
        values_(last_.projection(Projection::kValues, 1)),
        output_(last_.output()) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  LastBlock last_;
  HeadLinear queries_, values_, output_;
};

}  // namespace relprompt::engine
