// relprompt::train_prompts, resume_training and evaluate_model.
#include "relprompt/training.h"

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/read_file.h"
#include "config/run_config.h"
#include "evaluate/eval_run.h"
#include "evaluate/eval_settings.h"
#include "model/model_place.h"
#include "network/device.h"
#include "network/torch_scorer.h"
#include "processes/environment.h"
#include "torch_api/finished_run.h"
#include "torch_api/functions.h"
#include "torch_api/torch_errors.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/training_run.h"
#include "workers/workers.h"

namespace relprompt::torch_api {
namespace {

namespace fs = std::filesystem;

config::RunConfig config_of(const RunSettings& settings) {
  auto config = evaluate::config_of(settings);
  config.threads = network::set_threads(config.threads);
  return config;
}

/// "cuda" means a GPU of its own for each worker of a machine.
std::string own_device(const std::string& device, const processes::Environment& environment) {
  if (device != "cuda" || environment.size == 1) return device;
  return fmt::format("cuda:{}", environment.local_rank);
}

/// Runs `work` as one of the workers of the environment; if it fails the others are told why.
RunOutcome as_worker(const std::string& device, const std::function<RunOutcome(workers::Workers&)>& work) {
  const auto environment = processes::environment();
  workers::Options options;
  options.device = network::device_of(own_device(device, environment));
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
config::RunConfig shared_config(const train::RunFolder& folder, workers::Workers& workers) {
  std::string yaml;
  if (workers.rank() == 0) yaml = read_file(folder.config()).text();
  auto config = config::parse_run_config(workers.broadcast_text(yaml), folder.config().string());
  config.device = own_device(config.device, processes::environment());
  return config;
}

}  // namespace

RunOutcome train(const RunSettings& settings, RunListener& listener) {
  return guarded([&] {
    auto config = config_of(settings);
    if (!settings.model.empty()) config.paths.clip = settings.model;
    config.paths.clip = evaluate::absolute_or_empty(model::local_place(config.paths.clip));
    if (settings.output.empty()) {
      throw Error(ErrorCode::kBadArgument, "no folder for the run is given", "add -o FOLDER");
    }
    const train::RunFolder folder(evaluate::absolute_or_empty(settings.output));
    return as_worker(config.device, [&](workers::Workers& workers) {
      std::unique_ptr<SetAside> older;  // gets its place back if the new run does not begin
      std::unique_ptr<train::RunLock> lock;
      if (workers.rank() == 0) {
        if (settings.replace) older = folder.make_way();
        folder.create();
        lock = std::make_unique<train::RunLock>(folder);
        write_file(folder.config(), config::to_yaml(config));
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
  return guarded([&] {
    const train::RunFolder folder(evaluate::absolute_or_empty(path));
    folder.require();
    const auto stored = config::read_run_config(folder.config());
    if (auto outcome =
            finished_run(folder, path, train::identity_of(stored, ""), stored.train.schedule.iterations)) {
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
      config.threads = network::set_threads(config.threads);
      train::TrainingRun training(folder, config, workers, listener);
      return training.run();
    });
  });
}

RunOutcome evaluate(const RunSettings& settings, RunListener& listener) {
  return guarded([&] {
    auto config = config_of(settings);
    config.device = own_device(config.device, processes::environment());
    const auto request = evaluate::request_of(settings);
    return as_worker(config.device, [&](workers::Workers& workers) {
      return evaluate::run_evaluation(config, request, workers, listener, network::scorers_on(config.device));
    });
  });
}

}  // namespace relprompt::torch_api
