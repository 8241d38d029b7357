// One update of both towers: the losses of a batch, their gradients, AdamW.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "train/parameter_groups.h"
#include "train/pretrain_batch.h"
#include "train/pretrain_config.h"
#include "train/pretrain_towers.h"

namespace relprompt::train {

struct PretrainStep {
  double loss = 0;
  std::vector<std::pair<std::string, double>> parts;  ///< what it is the sum of, weighted
  double gradient_norm = 0;                           ///< before clipping
};

class Pretrainer {
 public:
  /// The towers must outlive it.
  Pretrainer(PretrainTowers& towers, const PretrainConfig& config);

  /// Update number `done`, counted from 0. Throws Error(kDiverged) for a loss or gradient that is no finite
  /// number; nothing has been changed then.
  PretrainStep step(std::int64_t done, const PretrainBatch& batch);

  /// Matrices, which decay, and all else.
  const std::vector<ParameterGroup>& groups() const { return groups_; }
  torch::optim::AdamW& optimizer() { return *optimizer_; }

 private:
  void clip_gradients(double norm);

  PretrainTowers& towers_;
  PretrainConfig config_;
  std::vector<ParameterGroup> groups_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
};

}  // namespace relprompt::train
