// relprompt::train_prompts, resume_training and evaluate_model.
#include "relprompt/training.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "config/run_config.h"
#include "evaluate/eval_run.h"
#include "evaluate/eval_settings.h"
#include "model/model_place.h"
#include "network/device.h"
#include "network/torch_errors.h"
#include "network/torch_scorer.h"
#include "processes/environment.h"
#include "torch_api/finished_run.h"
#include "torch_api/functions.h"
#include "train/finished.h"
#include "train/run_folder.h"
#include "train/run_identity.h"
#include "train/run_setup.h"
#include "train/self_training.h"
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

/// What a run consists of before it begins; the folder is as it was if that fails.
void begin_folder(const train::RunFolder& folder, const config::RunConfig& config) {
  write_file(folder.config(), config::to_yaml(config));
  try {
    train::copy_initial_prompts(config.paths.init_from, folder.path());
  } catch (...) {
    folder.abandon();
    throw;
  }
}

/// The others would have read the older length already.
void refuse_workers() {
  if (processes::environment().size == 1) return;
  throw Error(ErrorCode::kBadArgument, "a run is given a new length by one process",
              "resume it so without the launcher, interrupt it, and start all workers with --resume alone");
}

/// Writes down that the run is to be longer; afterwards it is not finished any more.
void extend(const train::RunFolder& folder, config::RunConfig& config, std::int64_t iterations) {
  auto& schedule = config.train.schedule;
  if (iterations <= schedule.iterations) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("the run has {} iterations and cannot be given {}", schedule.iterations, iterations),
        "a resumed run can only become longer");
  }
  if (train::self_training_begin(config)) {
    throw Error(ErrorCode::kBadArgument,
                "a run with self-training cannot become longer: its second part would begin elsewhere",
                "start a new run, from its prompts with --init-from");
  }
  config.train.extended_from.push_back(schedule.iterations);
  schedule.iterations = iterations;
  write_file(folder.config(), config::to_yaml(config));
}

/// The result of a run that was extended since says nothing about it; a kill may have left it there.
void drop_older_result(const train::RunFolder& folder, const config::RunConfig& config) {
  if (config.train.extended_from.empty() || !folder.finished()) return;
  const auto before = train::result_iterations(folder.result());
  const auto& lengths = config.train.extended_from;
  if (std::find(lengths.begin(), lengths.end(), before) != lengths.end()) remove_own(folder.result());
}

}  // namespace

RunOutcome train(const RunSettings& settings, RunListener& listener) {
  return network::guarded([&] {
    auto config = config_of(settings);
    if (!settings.model.empty()) config.paths.clip = settings.model;
    config.paths.clip = evaluate::absolute_or_empty(model::local_place(config.paths.clip));
    if (!settings.init_from.empty()) config.paths.init_from = settings.init_from;
    config.paths.init_from = evaluate::absolute_or_empty(config.paths.init_from);
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
        begin_folder(folder, config);
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

RunOutcome resume_training(const fs::path& path, const ResumeOptions& options, RunListener& listener) {
  return network::guarded([&] {
    const train::RunFolder folder(evaluate::absolute_or_empty(path));
    folder.require();
    auto stored = config::read_run_config(folder.config());
    if (processes::environment().rank == 0) {
      if (options.iterations) {
        refuse_workers();
        const train::RunLock lock(folder);
        extend(folder, stored, *options.iterations);
      }
      drop_older_result(folder, stored);
    }
    if (auto outcome =
            finished_run(folder, path, train::identity_of(stored, ""), stored.train.schedule.iterations)) {
      return *outcome;
    }
    return as_worker(stored.device, [&](workers::Workers& workers) {
      std::unique_ptr<train::RunLock> lock;
      if (workers.rank() == 0) {
        lock = std::make_unique<train::RunLock>(folder);
        folder.sweep();
        // A run that was killed right after its config was written has no copy yet.
        train::copy_initial_prompts(stored.paths.init_from, folder.path());
      }
      auto config = shared_config(folder, workers);
      if (options.threads) config.threads = *options.threads;
      config.threads = network::set_threads(config.threads);
      train::TrainingRun training(folder, config, workers, listener);
      return training.run();
    });
  });
}

RunOutcome evaluate(const RunSettings& settings, RunListener& listener) {
  return network::guarded([&] {
    auto config = config_of(settings);
    config.device = own_device(config.device, processes::environment());
    const auto request = evaluate::request_of(settings);
    return as_worker(config.device, [&](workers::Workers& workers) {
      return evaluate::run_evaluation(config, request, workers, listener, network::scorers_on(config.device));
    });
  });
}

}  // namespace relprompt::torch_api
