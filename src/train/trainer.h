// One update of the parameters: the loss of a batch, its gradients over micro-batches and workers, AdamW.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "config/run_config.h"
#include "network/network.h"
#include "train/batch_loader.h"
#include "train/label_space.h"
#include "train/parameter_groups.h"
#include "workers/workers.h"

namespace relprompt::train {

struct StepResult {
  double loss = 0;                                    ///< of the whole effective batch
  std::vector<std::pair<std::string, double>> parts;  ///< what it is the sum of
  double gradient_norm = 0;                           ///< of all gradients together, before clipping
  bool stop = false;                                  ///< some worker was asked to stop
};

class Trainer {
 public:
  /// Classes and their embeddings for all rows: t [C, E] on the network's device. The network must have been
  /// made trainable, and everything outlives the trainer.
  Trainer(network::Network& network, const config::RunConfig& config, const ClassList& classes,
          const torch::Tensor& t, workers::Workers& workers);

  /// The update of iteration `done` (counted from 0). A batch without images still takes part, with
  /// gradients of 0, so that workers stay together; if no worker has an image nothing is updated.
  /// `stop` tells the other workers that this one was asked to stop.
  /// Throws Error(kDiverged), naming the images, for a loss or gradient that is no finite number; nothing
  /// has been changed then.
  StepResult step(std::int64_t done, const Batch& batch, bool stop);

  const std::vector<ParameterGroup>& groups() const { return groups_; }
  /// How many numbers are trained.
  std::int64_t parameter_count() const;
  torch::optim::AdamW& optimizer() { return *optimizer_; }
  /// Learning rate of each group for the update after `done` ones.
  std::vector<std::pair<std::string, double>> rates(std::int64_t done) const;

 private:
  struct MicroBatch {
    torch::Tensor images, targets;
    std::vector<std::uint64_t> keys;
  };

  std::vector<MicroBatch> micro_batches(const Batch& batch, bool self_training);
  torch::Tensor logits(const torch::Tensor& images, const std::vector<std::uint64_t>& keys);
  void sum_gradients();
  /// Of each parameter that has a gradient, fp64 [n] on the device.
  torch::Tensor gradient_norms() const;
  void require_finite(std::int64_t done, double value, const char* what, const Batch& batch);

  network::Network& network_;
  const config::RunConfig& config_;
  workers::Workers& workers_;
  LabelSpace seen_space_, all_space_;
  const LabelSpace* space_;  ///< of the current phase
  torch::Tensor all_texts_, texts_;
  std::vector<ParameterGroup> groups_;
  std::unique_ptr<torch::optim::AdamW> optimizer_;
};

}  // namespace relprompt::train
