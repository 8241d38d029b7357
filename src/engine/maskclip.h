// MaskCLIP (Zhou, Loy, Dai: "Extract Free Dense Labels from CLIP", ECCV 2022): in the last layer every token
// attends to itself alone, which leaves the value path of the attention.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class MaskClip : public DenseHead {
 public:
  explicit MaskClip(LastBlock last)
      : last_(std::move(last)), values_(last_.projection(Projection::kValues, 1)), output_(last_.output()) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 protected:
  LastBlock last_;
  HeadLinear values_, output_;
};

/// What follows the attention in the layer stays, as in the authors' own code.
class MaskClipResidual : public MaskClip {
 public:
  explicit MaskClipResidual(LastBlock last) : MaskClip(std::move(last)), mlp_(last_) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  ResidualMlp mlp_;
};

}  // namespace relprompt::engine
