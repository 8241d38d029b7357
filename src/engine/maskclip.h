// MaskCLIP (Zhou, Loy, Dai: "Extract Free Dense Labels from CLIP", ECCV 2022): in the last layer every token
// attends to itself alone, which leaves the value path of the attention.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class MaskClip : public DenseHead {
 public:
  explicit MaskClip(LastBlock last) : last_(std::move(last)) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 protected:
  LastBlock last_;
};

/// What follows the attention in the layer stays, as in the authors' own code.
class MaskClipResidual : public MaskClip {
 public:
  using MaskClip::MaskClip;
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;
};

}  // namespace relprompt::engine
