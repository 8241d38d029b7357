// A bottleneck after every block (Houlsby et al. 2019, at the place of Pfeiffer et al. 2021): x +
// up(gelu(down(x))).
#pragma once

#include <vector>

#include "engine/tuning.h"

namespace relprompt::engine {

class Adapter : public Tuning {
 public:
  explicit Adapter(const model::ModelFiles& model);
  std::unique_ptr<LayerHook> start_pass() const override;

 private:
  class Pass;
  struct Layer {
    model::Tensor down_weight, down_bias, up_weight, up_bias;
  };
  std::vector<Layer> layers_;
};

}  // namespace relprompt::engine
