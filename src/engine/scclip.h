// SC-CLIP (Bai and others: "Self-Calibrated CLIP for Training-Free Open-Vocabulary Segmentation", 2024): what
// the tower itself knows of likeness calibrates its last layer. Outlier patches take the place of their
// neighbours' mean; cosines of a middle layer say which patches attend to each other, those of an early layer
// over which the result is averaged; and the sum of many layers passes the last one a second time.
#pragma once

#include "engine/dense_head.h"

namespace relprompt::engine {

/// L layers, counted from 1 (of 12, else layer_of_12), p their patches and c their class tokens:
///   S, E   cosines of the repaired p_9 and of p_4
///   last   O ((B + softmax of keys with keys) v / 2) + 0.3 c for tokens y, with B from attend_alike(S)
///   result average_alike(E) of last(average_alike(S) of the repaired p_(L-1), c_(L-1)) + last(sum of 4..10)
class ScClip : public DenseHead {
 public:
  explicit ScClip(LastBlock last);
  bool listens_after(std::int64_t layer) const override;
  void listen(const LayerState& state, EncoderWorkspace& workspace) const override;
  void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const override;

 private:
  void prepare(const LayerState& state, std::int64_t image, EncoderWorkspace& workspace) const;
  void attend(const LayerState& state, EncoderWorkspace& workspace) const;
  void finish(const LayerState& state, std::int64_t image, float* y, EncoderWorkspace& workspace) const;

  LastBlock last_;
  HeadLinear keys_values_, output_;
  std::int64_t early_, middle_, first_, final_;  ///< layers of E and S, and the ends of the sum
};

}  // namespace relprompt::engine
