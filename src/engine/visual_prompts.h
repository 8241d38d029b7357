// VPT-deep (Jia et al. 2022): trained tokens beside the input of every layer, the same for all images.
#pragma once

#include "engine/tuning.h"

namespace relprompt::engine {

class VisualPrompts : public Tuning {
 public:
  explicit VisualPrompts(const model::ModelFiles& model);
  std::unique_ptr<LayerHook> start_pass() const override;

 private:
  class Pass;
  model::Tensor tokens_;  ///< [L, tokens, D]
};

}  // namespace relprompt::engine
