// Puts the weights of a method into the tower that computes with them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "peft/tuning.h"

namespace relprompt::peft {

/// Keeps the frozen weights beside those in use. For inference the method's weights are computed once, so
/// that a pass costs what the plain tower's does; for training anew in every pass, with gradients.
class WeightSwap {
 public:
  /// The tower's present parameters are the frozen ones. If the products are to run in bfloat16, the tower
  /// must be told after this, so that sums of weights are made in fp32.
  WeightSwap(clip::ImageTower tower, std::shared_ptr<Tuning> tuning);

  /// To be called before each pass.
  void prepare();

 private:
  /// Which values the parameters have: storage and number of writes, as far as LibTorch counts them.
  using State = std::vector<std::pair<const void*, std::int64_t>>;
  State state() const;

  clip::ImageTower tower_;
  std::shared_ptr<Tuning> tuning_;
  Weights frozen_;
  State merged_;  ///< the parameters that the tower's weights were made from; empty if they carry gradients
};

}  // namespace relprompt::peft
