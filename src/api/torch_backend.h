// What the optional library librelprompt-torch offers: training, and everything on GPUs.
//
// Both libraries come from one build, so the table may hold C++ types; the version in it refuses any other
// pair.
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

namespace relprompt::api {

struct TorchBackend {
  const char* version;  ///< RELPROMPT_VERSION of its build

  RunOutcome (*train)(const RunSettings& settings, RunListener& listener);
  RunOutcome (*resume_training)(const std::filesystem::path& folder, const ResumeOptions& options,
                                RunListener& listener);
  /// On a GPU or with several processes; the engine does the rest.
  RunOutcome (*evaluate)(const RunSettings& settings, RunListener& listener);
  RunOutcome (*pretrain)(const PretrainSettings& settings, RunListener& listener);
  RunOutcome (*resume_pretraining)(const std::filesystem::path& folder, std::optional<int> threads,
                                   RunListener& listener);
  RunOutcome (*run_experiments)(const ExperimentSettings& settings, RunListener& listener);

  /// Scores windows on a device. model must outlive the result.
  std::unique_ptr<segmenter::PatchScorer> (*make_scorer)(const model::ModelFiles& model,
                                                         const std::string& device,
                                                         kernels::Precision precision);
};

/// The name under which the library exports `const TorchBackend* f(ProcessState*)`. Its own copy of base then
/// uses the loader's process state (base/process_state.h).
constexpr const char* kTorchBackendSymbol = "relprompt_torch_backend";

/// The table, loading the library at the first call. `what` needs it, for the message. Throws
/// Error(kNoDevice) where the library is not installed or does not fit.
const TorchBackend& torch_backend(const std::string& what);

}  // namespace relprompt::api
