// Which checkpoint of a run is the best one so far, by the rule that the config names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/training.h"

#include "eval/metrics.h"
#include "network/network.h"
#include "segmenter/class_embeddings.h"
#include "train/dataset_views.h"
#include "train/held_out.h"
#include "train/run_setup.h"
#include "workers/workers.h"

namespace relprompt::train {

class BestModel {
 public:
  /// What is measured: the held-out part with the classes that training may know, or, only if the rule asks
  /// for it, the test set. `set` and `parts` belong to the training set and outlive this object.
  BestModel(const config::RunConfig& config, const model::ModelFiles& model, const evaluate::OpenSet& set,
            const TrainingParts& parts, const segmenter::ClassEmbeddings& embeddings);

  /// False if the config's rule is none or there is nothing to measure on.
  bool active() const { return dataset_ != nullptr; }
  eval::CheckpointRule rule() const;
  /// What decides, in words: "mIoU of seen classes on a held-out part".
  std::string score_name() const;
  /// What is measured on, for progress displays.
  std::string part() const;

  /// The scores of the network as it is; on rank 0 alone they are complete.
  eval::Scores measure(network::Network& network, workers::Workers& workers, RunListener& listener);
  /// The score that decides; absent if there is none.
  std::optional<double> deciding(const eval::Scores& scores) const;

 private:
  const config::RunConfig& config_;
  model::ModelConfig model_;
  evaluate::OpenSet test_;  ///< for the rules that measure on it
  std::unique_ptr<LabelledPart> held_out_;
  const data::Dataset* dataset_ = nullptr;
  ClassList classes_;
  segmenter::ClassEmbeddings embeddings_;
  SegmentOptions options_;
};

}  // namespace relprompt::train
