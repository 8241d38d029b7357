// What a config says is measured: the data set, its classes, and the protocol.
#pragma once

#include <memory>
#include <string>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "config/run_config.h"
#include "data/dataset.h"
#include "model/model_config.h"

namespace relprompt::evaluate {

/// A data set with its split.
struct OpenSet {
  std::unique_ptr<data::Dataset> dataset;
  ClassList classes;  ///< the data set's, with `seen` as the config says
  std::string name;   ///< kind and split, for reports: "voc-20", "train_aug"
  std::string split;
};

/// Opens the training or test set. Throws Error(kBadArgument) if the config names none or its root is
/// unknown; else as data::open_dataset does.
OpenSet open_training_set(const config::RunConfig& config);
/// The training images once more, with what self-training asks for: background pixels apart from ignored ones
/// if self_training.background is true. Only training can read such labels.
std::unique_ptr<data::Dataset> open_for_self_training(const config::RunConfig& config);
OpenSet open_test_set(const config::RunConfig& config);

/// The config's test protocol for a model and class list.
SegmentOptions test_options(const config::RunConfig& config, const model::ModelConfig& model,
                            const ClassList& classes);

/// "CLIP", "ImageNet", or the numbers.
std::string describe(const model::Normalisation& image);

}  // namespace relprompt::evaluate
