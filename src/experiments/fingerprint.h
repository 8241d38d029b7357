// What decides a run's numbers, as one name. Runs with equal fingerprints are one run, whatever tables they
// stand in, and a result is used again only under its own fingerprint.
#pragma once

#include <string>
#include <vector>

#include "config/run_config.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

/// What the images of a run are: the recipes of all scenes, or what identifies a data set and its parts.
using Images = std::vector<std::string>;

Images images_of(const WorldSpec& world);
/// @param sha256 of the data set's files. The config's paths must not be resolved yet.
Images images_of(const std::string& sha256, const config::RunConfig& config);

/// 64 hexadecimal digits over the CLIP, every setting that decides training or measurement, and the images.
/// Folders, threads and names of rows are not in it.
/// @param clip identity of the CLIP: its hash, or before there is one that of its recipe
std::string fingerprint_of(const config::RunConfig& config, bool trained, const Images& images,
                           const std::string& clip);

}  // namespace relprompt::experiments
