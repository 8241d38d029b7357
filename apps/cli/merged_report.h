// run.json: the account of a run that was done in shards, as `segment --json` prints that of a whole one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "image_list.h"
#include "json_report.h"
#include "shards/shard_set.h"

namespace relprompt::cli {

inline constexpr const char* kMergedReport = "run.json";

struct MergedRun {
  std::uint64_t done = 0;
  std::vector<Failure> failures;  ///< in the order of the list; of tars, also those of single samples
  std::uint64_t samples = 0, failed_samples = 0;  ///< of tars
};

/// Reads what became of each image and writes it into the folder, in the order of the list and in memory for
/// one image. `files`: [format, path] of those about all images. Throws Error: kNotWritable, kDiskFull,
/// kUnreadable.
MergedRun write_merged_report(const shards::ShardSet& set, const std::filesystem::path& folder,
                              const std::vector<std::pair<std::string, std::filesystem::path>>& files);

/// True for shards of a run over tars.
bool of_tars(const shards::ShardSet& set);

/// {"done", "skipped", "failed", "complete"}, of tars also "samples" and "failed_samples"
Json totals_of(const shards::ShardSet& set, const MergedRun& run);

}  // namespace relprompt::cli
