// A bonus for what lies near: added to attention's scores before the softmax, a Gaussian of the distance
// between two patches.
#pragma once

#include <vector>

#include "engine/vision_encoder.h"
#include "kernels/attention.h"

namespace relprompt::engine {

/// exp(-distance^2 / (2 sigma^2)) for pairs of patches, 0 where one of the two is no patch.
class Neighbourhood : public kernels::ScoreEdit {
 public:
  static constexpr double kSigma = 5.0;  ///< NACLIP's, in patches

  explicit Neighbourhood(const LayerState& state, double sigma = kSigma);
  void edit(std::int64_t image, std::int64_t begin, std::int64_t end, float* scores,
            std::int64_t stride) const override;

 private:
  Grid grid_;
  std::int64_t first_patch_;
  std::vector<float> down_, across_;  ///< of distances -(side - 1) to side - 1, down and across the grid
};

}  // namespace relprompt::engine
