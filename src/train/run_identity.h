// What must not change while a run is interrupted.
#pragma once

#include <string>
#include <vector>

#include "config/run_config.h"

namespace relprompt::train {

/// Hash of all settings that decide a run's parameters, and of the CLIP. How often something is written or
/// measured, where files lie and how many threads work are not among them (threads may change the last bits).
std::string identity_of(const config::RunConfig& config, const std::string& clip_sha256);

/// That of the config, and those that it had before the run was extended (train.extended_from).
std::vector<std::string> identities_of(const config::RunConfig& config, const std::string& clip_sha256);

}  // namespace relprompt::train
