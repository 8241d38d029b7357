// The lines of a journal of blocks.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "raster/parts.h"

namespace relprompt::raster {

inline constexpr std::string_view kPartFormat = "relprompt raster 1";
/// The first bytes of files with labels or scores, by which they are known as ours.
inline constexpr std::string_view kBlocksStart = "relprompt raster blocks 1\n";

/// "FOLDER/0-of-4" and an ending.
std::filesystem::path part_file(const std::filesystem::path& folder, const shards::Shard& shard,
                                const std::string& ending);
/// The shard of a file name "0-of-4.jsonl"; nullopt for other names.
std::optional<shards::Shard> shard_of_part(const std::string& name);

std::string first_line(const shards::Shard& shard, const Json& facts);
std::string line_of(const BlockRecord& record);

}  // namespace relprompt::raster
