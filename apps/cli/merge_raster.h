// Joining the shards of a raster.
#pragma once

#include <filesystem>
#include <vector>

namespace relprompt::cli {

/// True if these are outputs of `relprompt raster` with finished blocks beside them.
bool are_raster_shards(const std::vector<std::filesystem::path>& outputs);

/// Writes the result of all shards to `output`. Returns 0. Throws Error: kUnreadable if shards are missing
/// or unfinished, kBadArgument if they do not belong together, kLostWorker if one is being worked on, and
/// what writing throws; nothing is written then.
int merge_raster(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& output,
                 bool json, bool quiet);

}  // namespace relprompt::cli
