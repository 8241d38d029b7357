// Opening what a config names: the CLIP, data sets, classes and their embeddings.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"
#include "relprompt/training.h"

#include "data/dataset.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/model_files.h"
#include "train/run_config.h"

namespace relprompt::train {

/// A data set with its split.
struct OpenSet {
  std::unique_ptr<data::Dataset> dataset;
  ClassList classes;  ///< the data set's, with `seen` as the config says
  std::string name;   ///< kind and split, for reports: "voc-20", "train_aug"
  std::string split;
};

/// Opens the training or test set. Throws Error(kBadArgument) if the config names none or its root is
/// unknown; else as data::open_dataset does.
OpenSet open_training_set(const RunConfig& config);
OpenSet open_test_set(const RunConfig& config);

/// The model that a run trains: the CLIP at config.paths.clip with config.model's prompts, not trained yet.
/// A CLIP that is no model folder of ours is imported once, into FOLDER/clip.
/// Throws as segmenter::open_model, and Error(kBadArgument) for prompts that this CLIP cannot have or of
/// which nothing would be trained.
segmenter::ModelFiles open_trainee(const RunConfig& config, const std::filesystem::path& folder,
                                   RunListener& listener);

/// The same for a model that is only measured, so that there may be nothing to train in it.
segmenter::ModelFiles open_untrained(const RunConfig& config, const std::filesystem::path& folder,
                                     RunListener& listener);

/// Embeddings of the classes, one row each, from FILE if it is there (a run must not depend on a cache), else
/// made and saved there.
segmenter::ClassEmbeddings run_embeddings(const std::filesystem::path& file,
                                          const segmenter::ModelFiles& model, const RunConfig& config,
                                          const ClassList& classes);

/// The config's test protocol for a model and class list.
SegmentOptions test_options(const RunConfig& config, const segmenter::ModelConfig& model,
                            const ClassList& classes);

/// "CLIP", "ImageNet", or the numbers.
std::string describe(const segmenter::Normalisation& image);

}  // namespace relprompt::train
