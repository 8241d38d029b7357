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

#include "config/run_config.h"
#include "evaluate/test_set.h"
#include "model/model_files.h"
#include "segmenter/class_embeddings.h"

namespace relprompt::train {

/// The model that a run trains: the CLIP at config.paths.clip with config.model's prompts, not trained yet.
/// A CLIP that is no model folder of ours is imported once, into FOLDER/clip. With config.paths.init_from the
/// prompts are those that copy_initial_prompts left there. Throws as model::open_model, and
/// Error(kBadArgument) for prompts that this CLIP cannot have or of which nothing would be trained;
/// kTensorMismatch for initial prompts of other shapes.
model::ModelFiles open_trainee(const config::RunConfig& config, const std::filesystem::path& folder,
                               RunListener& listener);

/// The file in the run's folder with prompts that it began with.
inline constexpr const char* kInitialPrompts = "initial.safetensors";

/// Copies the prompts of a trained model to FOLDER/initial.safetensors, so that a run which goes on does not
/// need that model any more. Nothing without a model, or where the copy is there. Throws Error: kBadArgument
/// for what is no model folder with prompts; what reading and writing throw.
void copy_initial_prompts(const std::filesystem::path& from, const std::filesystem::path& folder);

/// The same for a model that is only measured, so that there may be nothing to train in it.
model::ModelFiles open_untrained(const config::RunConfig& config, const std::filesystem::path& folder,
                                 RunListener& listener);

/// Embeddings of the classes, one row each, from FILE if it is there (a run must not depend on a cache), else
/// made and saved there.
segmenter::ClassEmbeddings run_embeddings(const std::filesystem::path& file, const model::ModelFiles& model,
                                          const config::RunConfig& config, const ClassList& classes);

}  // namespace relprompt::train
