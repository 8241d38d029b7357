// What resuming answers when there is nothing left to do, the same for training and pretraining.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "relprompt/training.h"

#include "train/finished.h"
#include "train/run_folder.h"

namespace relprompt::torch_api {

/// The outcome of a run that has its result already, nullopt for one that goes on. `path` is the folder as
/// the user named it, `settings` and `iterations` are what its config.yaml says now. Throws as
/// train::finished_result.
inline std::optional<RunOutcome> finished_run(const train::RunFolder& folder,
                                              const std::filesystem::path& path, const std::string& settings,
                                              std::int64_t iterations) {
  if (!folder.finished()) return std::nullopt;
  RunOutcome outcome;
  outcome.finished = true;
  outcome.changed = false;
  outcome.summary = fmt::format("{} is finished; nothing to do", path.string());
  outcome.json = train::finished_result(folder.result(), settings, iterations);
  return outcome;
}

}  // namespace relprompt::torch_api
