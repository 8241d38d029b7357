// relprompt::train_prompts, resume_training and evaluate_model.
#include "relprompt/training.h"

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/finished_run.h"
#include "api/torch_errors.h"
#include "base/atomic_file.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "segmenter/device.h"
#include "train/eval_run.h"
#include "train/run_config.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/training_run.h"
#include "workers/environment.h"
#include "workers/workers.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

fs::path absolute_or_empty(const fs::path& path) {
  return path.empty() ? path : absolute_path(path).lexically_normal();
}

train::RunConfig config_of(const RunSettings& settings) {
  if (settings.config.empty()) {
    throw Error(ErrorCode::kBadArgument, "no config is given", "configs/ holds one for each protocol");
  }
  auto config = train::read_run_config(settings.config, settings.changes);
  if (!settings.data.empty()) config.paths.data = settings.data;
  if (!settings.vocab.empty()) config.paths.vocab = settings.vocab;
  if (settings.threads) config.threads = *settings.threads;
  if (!settings.device.empty()) config.device = settings.device;
  if (settings.image_scores) config.test.image_scores = true;
  config.paths.data = absolute_or_empty(config.paths.data);
  config.paths.vocab = absolute_or_empty(config.paths.vocab);
  config.threads = segmenter::set_threads(config.threads);
  return config;
}

/// "cuda" means a GPU of its own for each worker of a machine.
std::string own_device(const std::string& device, const workers::Environment& environment) {
  if (device != "cuda" || environment.size == 1) return device;
  return fmt::format("cuda:{}", environment.local_rank);
}

/// Runs `work` as one of the workers of the environment; if it fails the others are told why.
RunOutcome as_worker(const std::string& device, const std::function<RunOutcome(workers::Workers&)>& work) {
  const auto environment = workers::environment();
  workers::Options options;
  options.device = segmenter::device_of(own_device(device, environment));
  const auto all = workers::join(environment, options);
  try {
    auto outcome = work(*all);
    all->barrier();
    return outcome;
  } catch (const std::exception& error) {
    all->leave(error.what());
    throw;
  }
}

/// The folder's config, as worker 0 sees it.
train::RunConfig shared_config(const train::RunFolder& folder, workers::Workers& workers) {
  std::string yaml;
  if (workers.rank() == 0) yaml = read_file(folder.config()).text();
  auto config = train::parse_run_config(workers.share(yaml), folder.config().string());
  config.device = own_device(config.device, workers::environment());
  return config;
}

}  // namespace

RunOutcome train_prompts(const RunSettings& settings, RunListener& listener) {
  return api::guarded([&] {
    auto config = config_of(settings);
    if (!settings.model.empty()) config.paths.clip = settings.model;
    config.paths.clip = absolute_or_empty(config.paths.clip);
    if (settings.output.empty()) {
      throw Error(ErrorCode::kBadArgument, "no folder for the run is given", "add -o FOLDER");
    }
    const train::RunFolder folder(absolute_or_empty(settings.output));
    return as_worker(config.device, [&](workers::Workers& workers) {
      std::unique_ptr<SetAside> older;  // gets its place back if the new run does not begin
      std::unique_ptr<train::RunLock> lock;
      if (workers.rank() == 0) {
        if (settings.replace) older = folder.make_way();
        folder.create();
        lock = std::make_unique<train::RunLock>(folder);
        write_file(folder.config(), train::to_yaml(config));
      }
      const auto shared = shared_config(folder, workers);
      std::optional<train::TrainingRun> training;
      try {
        training.emplace(folder, shared, workers, listener);
      } catch (...) {
        // A wrong path or CLIP: the corrected command should find the folder as it was.
        if (workers.rank() == 0) folder.abandon();
        throw;
      }
      if (older) older->drop();
      return training->run();
    });
  });
}

RunOutcome resume_training(const fs::path& path, std::optional<int> threads, RunListener& listener) {
  return api::guarded([&] {
    const train::RunFolder folder(absolute_or_empty(path));
    folder.require();
    const auto stored = train::read_run_config(folder.config());
    if (auto outcome = api::finished_run(folder, path, train::identity_of(stored, ""),
                                         stored.train.schedule.iterations)) {
      return *outcome;
    }
    return as_worker(stored.device, [&](workers::Workers& workers) {
      std::unique_ptr<train::RunLock> lock;
      if (workers.rank() == 0) {
        lock = std::make_unique<train::RunLock>(folder);
        folder.sweep();
      }
      auto config = shared_config(folder, workers);
      if (threads) config.threads = *threads;
      config.threads = segmenter::set_threads(config.threads);
      train::TrainingRun training(folder, config, workers, listener);
      return training.run();
    });
  });
}

RunOutcome evaluate_model(const RunSettings& settings, RunListener& listener) {
  return api::guarded([&] {
    auto config = config_of(settings);
    config.device = own_device(config.device, workers::environment());
    train::EvalRequest request;
    request.model = settings.model;
    request.folder = settings.output;
    request.title = "test set";
    request.precision = settings.precision.empty() ? "fp32" : settings.precision;
    request.replace = settings.replace;
    if (request.model.empty()) {
      throw Error(ErrorCode::kBadArgument, "no model is given", "add --model PATH, such as runs/NAME/last");
    }
    if (request.folder.empty()) {
      throw Error(ErrorCode::kBadArgument, "no folder for the report is given", "add -o FOLDER");
    }
    return as_worker(config.device, [&](workers::Workers& workers) {
      return train::run_evaluation(config, request, workers, listener);
    });
  });
}

}  // namespace relprompt
