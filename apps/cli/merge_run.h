// Joining the shards of `relprompt segment`: the files about all images, and one account of the run.
#pragma once

#include <filesystem>

#include "shards/shard_set.h"

namespace relprompt::cli {

struct MergeSettings {
  std::filesystem::path output;
  bool json = false, quiet = false;
};

/// Writes coco.json and its like, from what was kept of each image, and run.json. Files of the images stay
/// where they are. Returns 0, or 3 if images failed in their shards. Throws Error: kNotFound and kUnreadable
/// for what was kept of an image; kNotWritable, kDiskFull.
int merge_run(const shards::ShardSet& set, const MergeSettings& settings);

}  // namespace relprompt::cli
