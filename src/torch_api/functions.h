// The functions behind the table that api/torch_backend.h describes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "relprompt/experiments.h"
#include "relprompt/pretraining.h"
#include "relprompt/training.h"

#include "kernels/precision.h"
#include "model/model_files.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::torch_api {

RunOutcome train(const RunSettings& settings, RunListener& listener);
RunOutcome resume_training(const std::filesystem::path& folder, const ResumeOptions& options,
                           RunListener& listener);
RunOutcome evaluate(const RunSettings& settings, RunListener& listener);
RunOutcome pretrain(const PretrainSettings& settings, RunListener& listener);
RunOutcome resume_pretraining(const std::filesystem::path& folder, std::optional<int> threads,
                              RunListener& listener);
RunOutcome run_experiments(const ExperimentSettings& settings, RunListener& listener);
std::unique_ptr<segmenter::PatchScorer> make_scorer(const model::ModelFiles& model, const std::string& device,
                                                    kernels::Precision precision);

}  // namespace relprompt::torch_api
