#include "experiments/row_run.h"

#include <memory>
#include <utility>

#include "relprompt/error.h"

#include "evaluate/eval_run.h"
#include "experiments/calibration_choice.h"
#include "experiments/m2oe_updates.h"
#include "experiments/scene_sets.h"
#include "model/model_files.h"
#include "model/prompt_check.h"
#include "network/network.h"
#include "network/torch_scorer.h"
#include "train/model_export.h"
#include "train/run_folder.h"
#include "train/run_setup.h"
#include "train/training_run.h"
#include "workers/workers.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameDigits = 16;

/// True once the run is trained and measured on the test set; false if asked to stop.
bool train(const train::RunFolder& folder, const config::RunConfig& config, workers::Workers& workers,
           RunListener& listener) {
  if (folder.finished()) return true;
  folder.create_once(config::to_yaml(config));
  const train::RunLock lock(folder);
  folder.sweep();
  return train::TrainingRun(folder, config, workers, listener).run().finished;
}

bool measure(const config::RunConfig& config, const fs::path& model, const fs::path& report,
             const std::string& title, workers::Workers& workers, RunListener& listener) {
  evaluate::EvalRequest request;
  request.model = model;
  request.folder = report;
  request.title = title;
  request.precision = config.train.precision;
  request.replace = true;
  return evaluate::run_evaluation(config, request, workers, listener, network::scorers_on(config.device))
      .finished;
}

/// The model of a row that is not trained: the CLIP, or one of it and a head without numbers of its own.
fs::path untrained_model(const config::RunConfig& config, const fs::path& folder, RunListener& listener) {
  if (!model::trains_nothing(config.model)) return config.paths.clip;
  const auto model = train::open_untrained(config, folder, listener);
  const network::Network network(model, torch::kCPU, network::Precision::kFp32);
  train::export_model(folder / "untrained", network, model, evaluate::TrainingFacts());
  return folder / "untrained";
}

std::uint64_t trained_parameters(const fs::path& model) {
  std::uint64_t sum = 0;
  for (const auto& row : model::open_model(model).prompt_rows()) {
    sum += static_cast<std::uint64_t>(row.elements());
  }
  return sum;
}

/// What tables ask beyond the scores, see PlannedRun; false if asked to stop.
bool add_extras(const PlannedRun& run, const config::RunConfig& config, const config::RunConfig& validation,
                const fs::path& model, RunResult& result, RunListener& listener) {
  if (run.m2oe_updates) result.m2oe_updates = m2oe_updates(validation, model);
  if (run.calibrations.empty()) return true;
  result.calibrated = choose_calibration(run.calibrations, [&](const auto& calibrations, bool on_validation) {
    if (!on_validation && calibrations.front() == config.test.calibration) return Sweep({result.test});
    return sweep_calibrations(on_validation ? validation : config, model, calibrations, listener,
                              network::scorers_on(config.device));
  });
  return result.calibrated.has_value();
}

/// `outside`: on a data set, which has no scenes for validation.
bool complete(const PlannedRun& run, const config::RunConfig& config, bool outside, const fs::path& folder,
              RunResult& result, RunListener& listener) {
  const auto workers = workers::join(processes::Environment(), {});
  const auto model = run.trained ? folder / "last" : untrained_model(config, folder, listener);
  if (run.trained) {
    if (!train(train::RunFolder(folder), config, *workers, listener)) return false;
    result.trained_parameters = trained_parameters(model);
    result.seconds = training_seconds(folder / "log.jsonl", config.train.schedule.iterations);
  } else if (!measure(config, model, folder / "report", "test set", *workers, listener)) {
    return false;
  }
  const auto report = folder / "report" / "report.json";
  result.test = headline_of(report);
  result.most_frequent_class = most_frequent_class_of(report);
  if (outside) {
    // The part that the run held out of the training images was measured after the last update.
    if (run.trained) result.validation = held_out_scores(folder / "log.jsonl");
    return true;
  }
  auto validation = config;
  validation.data.test->root = config.data.train->root;
  if (!measure(validation, model, folder / "validation", "validation part", *workers, listener)) return false;
  result.validation = headline_of(folder / "validation" / "report.json");
  return add_extras(run, config, validation, model, result, listener);
}

/// Whether a result has what tables ask of the run beyond its scores.
bool holds_all(const PlannedRun& run, const RunResult& result) {
  if (!result.failure.empty()) return true;
  if (run.m2oe_updates && result.m2oe_updates.empty()) return false;
  if (run.calibrations.empty()) return true;
  return result.calibrated && result.calibrated->candidates == run.calibrations;
}

}  // namespace

fs::path folder_of_run(const std::string& fingerprint, const fs::path& work) {
  return work / "runs" / fingerprint.substr(0, kNameDigits);
}

config::RunConfig with_paths(const Plan& plan, const PlannedRun& run, const fs::path& work) {
  const auto& regime = plan.suite.regimes[run.regime];
  auto config = run.config;
  config.paths.clip = plan.clip(run).folder();
  if (!regime.data.empty()) return with_data(regime, std::move(config));
  const auto& world = regime.world;
  config.data.train->root = folder_of(world.training_set(), work);
  config.data.test->root = folder_of(world.test_set(), work);
  return config;
}

std::optional<RunResult> finished_result(const Plan& plan, const PlannedRun& run, const fs::path& work,
                                         const KnownResults& known) {
  const auto fingerprint = plan.fingerprint(run);
  std::optional<RunResult> result;
  if (!work.empty()) result = read_result(folder_of_run(fingerprint, work) / kResultFile, fingerprint);
  if (result && holds_all(run, *result)) return result;
  const auto found = known.find(fingerprint);
  if (found == known.end() || !holds_all(run, found->second)) return std::nullopt;
  return found->second;
}

std::optional<RunResult> execute(const Plan& plan, const PlannedRun& run, const fs::path& work, int threads,
                                 RunListener& listener) {
  auto config = with_paths(plan, run, work);
  config.threads = threads;
  const bool outside = !plan.suite.regimes[run.regime].data.empty();
  RunResult result;
  result.fingerprint = plan.fingerprint(run);
  result.seed = config.seed;
  const auto folder = folder_of_run(result.fingerprint, work);
  try {
    if (!complete(run, config, outside, folder, result, listener)) return std::nullopt;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kDiverged) throw;
    result.failure = error.what();
  }
  write_result(folder / kResultFile, result);
  return result;
}

}  // namespace relprompt::experiments
