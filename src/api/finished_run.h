// What resuming answers when there is nothing left to do, the same for training and pretraining.
#pragma once

#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "relprompt/training.h"

#include "base/mapped_file.h"
#include "train/run_folder.h"

namespace relprompt::api {

/// The outcome of a run that has its result already, nullopt for one that goes on. `path` is the folder as
/// the user named it. Throws Error(kUnreadable) for a result that cannot be read.
inline std::optional<RunOutcome> finished_run(const train::RunFolder& folder,
                                              const std::filesystem::path& path) {
  if (!folder.finished()) return std::nullopt;
  RunOutcome outcome;
  outcome.finished = true;
  outcome.changed = false;
  outcome.summary = fmt::format("{} is finished; nothing to do", path.string());
  const MappedFile result(folder.result());
  outcome.json.assign(reinterpret_cast<const char*>(result.data()), result.size());
  return outcome;
}

}  // namespace relprompt::api
