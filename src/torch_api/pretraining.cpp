// relprompt::pretrain_clip and resume_pretraining.
#include "relprompt/pretraining.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/paths.h"
#include "network/device.h"
#include "network/torch_errors.h"
#include "torch_api/finished_run.h"
#include "torch_api/functions.h"
#include "train/pretrain_config.h"
#include "train/pretrain_run.h"
#include "train/run_folder.h"

namespace relprompt::torch_api {
namespace {

namespace fs = std::filesystem;

train::RunFolder folder_of(const fs::path& path) {
  return train::RunFolder(absolute_path(path).lexically_normal(), "pretrain");
}

}  // namespace

RunOutcome pretrain(const PretrainSettings& settings, RunListener& listener) {
  return network::guarded([&] {
    if (settings.config.empty()) {
      throw Error(ErrorCode::kBadArgument, "no config is given", "configs/world-clip.yaml is one");
    }
    if (settings.output.empty()) {
      throw Error(ErrorCode::kBadArgument, "no folder for the run is given", "add -o FOLDER");
    }
    auto config = train::read_pretrain_config(settings.config, settings.changes);
    if (settings.threads) config.threads = *settings.threads;
    config.threads = network::set_threads(config.threads);
    const auto folder = folder_of(settings.output);
    const auto older = settings.replace ? folder.make_way() : nullptr;  // comes back if no run begins
    folder.create();
    const train::RunLock lock(folder);
    std::optional<train::PretrainRun> run;
    try {
      write_file(folder.config(), train::to_yaml(config));
      run.emplace(folder, config, listener);
    } catch (...) {
      folder.abandon();
      throw;
    }
    if (older) older->drop();
    return run->run();
  });
}

RunOutcome resume_pretraining(const fs::path& path, std::optional<int> threads, RunListener& listener) {
  return network::guarded([&] {
    const auto folder = folder_of(path);
    folder.require();
    auto config = train::read_pretrain_config(folder.config());
    if (auto outcome = finished_run(folder, path, train::identity_of(config), config.iterations())) {
      return *outcome;
    }
    const train::RunLock lock(folder);
    folder.sweep();
    if (threads) config.threads = *threads;
    config.threads = network::set_threads(config.threads);
    return train::PretrainRun(folder, config, listener).run();
  });
}

}  // namespace relprompt::torch_api
