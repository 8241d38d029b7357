// MaskCLIP (Zhou, Loy, Dai: "Extract Free Dense Labels from CLIP", ECCV 2022): in the last layer every token
// attends to itself alone, which leaves the value path of the attention.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class MaskClip : public DenseHead {
 public:
  /// residual_and_mlp: what follows the attention in the block stays; else the value path is all.
  MaskClip(LastBlock last, bool residual_and_mlp);
  void run(const float* x, std::int64_t batch, const TokenLayout& layout, float* y,
           EncoderWorkspace& workspace) const override;

 private:
  LastBlock last_;
  bool residual_and_mlp_;
};

}  // namespace relprompt::engine
