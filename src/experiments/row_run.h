// One run of a suite from nothing, or from where it was interrupted, to its result.
#pragma once

#include <filesystem>
#include <optional>

#include "relprompt/training.h"

#include "experiments/plan.h"
#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Where a run's files lie below `work`.
std::filesystem::path folder_of_run(const std::string& fingerprint, const std::filesystem::path& work);

/// The run's config with the paths of this machine.
config::RunConfig with_paths(const Plan& plan, const PlannedRun& run, const std::filesystem::path& work);

/// The result of a run whose CLIP is ready, if it is finished and holds all that tables ask of it: that of
/// the work folder, else that of `known`. Throws Error(kUnreadable) for a damaged one.
std::optional<RunResult> finished_result(const Plan& plan, const PlannedRun& run,
                                         const std::filesystem::path& work, const KnownResults& known);

/// Trains (or goes on with training) and measures on the validation part and the test set. Scenes and CLIP
/// must be there. With a data set from outside the validation scores are those of the part that training held
/// out, if the config says so. nullopt if the listener asked to stop. Training that diverges is a result: a
/// failure without scores. Throws Error: as train_prompts and evaluate_model.
std::optional<RunResult> execute(const Plan& plan, const PlannedRun& run, const std::filesystem::path& work,
                                 int threads, RunListener& listener);

}  // namespace relprompt::experiments
