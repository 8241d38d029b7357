// What decides a run's numbers, as one name. Runs with equal fingerprints are one run, whatever tables they
// stand in, and a result is used again only under its own fingerprint.
#pragma once

#include <string>

#include "experiments/suite.h"
#include "train/run_config.h"

namespace relprompt::experiments {

/// 64 hexadecimal digits over the CLIP, every setting that decides training or measurement, and the recipes
/// of all scenes. Folders, threads and names of rows are not in it.
/// @param clip identity of the CLIP: its hash, or before there is one that of its recipe
std::string fingerprint_of(const train::RunConfig& config, bool trained, const WorldSpec& world,
                           const std::string& clip);

}  // namespace relprompt::experiments
