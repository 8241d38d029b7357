// The settings of a library call as a config and a request.
#pragma once

#include "relprompt/training.h"

#include "config/run_config.h"
#include "evaluate/eval_run.h"

namespace relprompt::evaluate {

/// The config with what the call says on top, paths absolute; threads as they were given. Throws
/// Error(kBadArgument).
config::RunConfig config_of(const RunSettings& settings);

/// Throws Error(kBadArgument) where model or folder are missing.
EvalRequest request_of(const RunSettings& settings);

/// Absolute, without dots; an empty path stays empty. Throws Error(kBadArgument) for a path that cannot be
/// one.
std::filesystem::path absolute_or_empty(const std::filesystem::path& path);

}  // namespace relprompt::evaluate
