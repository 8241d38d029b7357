// relprompt::train_prompts and its kin: training is done by the optional LibTorch library.
#include "relprompt/training.h"

#include "relprompt/experiments.h"
#include "relprompt/pretraining.h"

#include "api/torch_backend.h"

namespace relprompt {

RunOutcome train_prompts(const RunSettings& settings, RunListener& listener) {
  return api::torch_backend("training").train(settings, listener);
}

RunOutcome resume_training(const std::filesystem::path& folder, const ResumeOptions& options,
                           RunListener& listener) {
  return api::torch_backend("training").resume_training(folder, options, listener);
}

RunOutcome pretrain_clip(const PretrainSettings& settings, RunListener& listener) {
  return api::torch_backend("pretraining").pretrain(settings, listener);
}

RunOutcome resume_pretraining(const std::filesystem::path& folder, std::optional<int> threads,
                              RunListener& listener) {
  return api::torch_backend("pretraining").resume_pretraining(folder, threads, listener);
}

RunOutcome run_experiments(const ExperimentSettings& settings, RunListener& listener) {
  return api::torch_backend("the comparison of methods").run_experiments(settings, listener);
}

}  // namespace relprompt
