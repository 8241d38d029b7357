// M2oE without its two linear layers (paper, Eq. 1 and 12-15): which experts look at a patch map, and what
// they see.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/grid.h"
#include "kernels/expert_maps.h"
#include "model/prompt_options.h"
#include "model/tensor.h"

namespace relprompt::engine {

class ExpertMixture {
 public:
  /// at(name) gives the tensors `gate` [rank, experts] and `experts.J.weight` [rank, 1, 3, 3], `.bias` [rank]
  /// of a layer's m2oe, fp32.
  ExpertMixture(const model::M2oeOptions& options,
                const std::function<model::Tensor(const std::string&)>& at);

  /// sum_j g_j expert_j(x). x [N, rank], what `down` made of one image's patches; mixed [N, rank].
  void mix(const float* x, Grid grid, float* mixed) const;

  /// Gate weights g [experts] of the mean patch: softmax over the top k, zero for the others (Eq. 12-14).
  std::vector<float> gate_of(const float* x, std::int64_t patches) const;

 private:
  model::M2oeOptions options_;
  std::vector<float> gate_;
  kernels::ExpertWeights experts_;
};

}  // namespace relprompt::engine
