// NACLIP (Hajimiri, Ben Ayed, Dolz: "Pay Attention to Your Neighbours: Training-Free Open-Vocabulary Semantic
// Segmentation", WACV 2025): the last layer's attention by keys with keys and a bonus for neighbours, without
// residual and MLP.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

class NaClip : public DenseHead {
 public:
  explicit NaClip(LastBlock last)
      : last_(std::move(last)),
        keys_values_(last_.projection(Projection::kKeys, 2)),
        output_(last_.output()) {}
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  LastBlock last_;
  HeadLinear keys_values_, output_;
};

}  // namespace relprompt::engine
