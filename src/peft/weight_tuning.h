// The methods that are nothing but other weights: full fine-tuning, BitFit, SSF and LoRA.
#pragma once

#include "peft/tuning.h"

namespace relprompt::peft {

/// Full fine-tuning and BitFit: parameters that stand for the tower's own, all of them or the biases.
class OwnWeights : public Tuning {
 public:
  OwnWeights(const model::ClipConfig& clip, const model::PeftOptions& options);
  Weights weights(const Weights& frozen) const override;
};

/// SSF (Lian et al. 2022): every linear layer, norm and the patch embedding is followed by y * scale + shift,
/// a number a channel each. Both pass into the weights before them; the shift of the patch embedding, which
/// has no bias in CLIP, into the positions of the patches.
class ScaleAndShift : public Tuning {
 public:
  ScaleAndShift(const model::ClipConfig& clip, const model::PeftOptions& options);
  Weights weights(const Weights& frozen) const override;
};

/// LoRA (Hu et al. 2022): W + B A for the query and value projections, A [rank, D], B [D, rank].
class Lora : public Tuning {
 public:
  Lora(const model::ClipConfig& clip, const model::PeftOptions& options);
  Weights weights(const Weights& frozen) const override;

 private:
  std::int64_t layers_;
};

}  // namespace relprompt::peft
