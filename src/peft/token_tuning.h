// The methods that change or add tokens between the layers: adapters and visual prompts.
#pragma once

#include "peft/tuning.h"

namespace relprompt::peft {

/// A bottleneck after every block (Houlsby et al. 2019, at the place of Pfeiffer et al. 2021):
/// x + up(gelu(down(x))).
class Adapter : public Tuning {
 public:
  Adapter(const model::ClipConfig& clip, const model::PeftOptions& options);
  std::unique_ptr<clip::LayerHook> start_pass() override;

 private:
  class Pass;
};

/// VPT-deep (Jia et al. 2022): trained tokens beside the input of every layer, the same for all images.
class VisualPrompts : public Tuning {
 public:
  VisualPrompts(const model::ClipConfig& clip, const model::PeftOptions& options);
  std::unique_ptr<clip::LayerHook> start_pass() override;

 private:
  class Pass;
};

}  // namespace relprompt::peft
