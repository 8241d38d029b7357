// One part of a list of images that several processes work on without knowing of each other: each takes the
// images whose ids fall to its number.
//
// Which shard an image belongs to follows from its id alone, never from its place in the list, so images that
// are added move no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace relprompt::shards {

/// Most shards of one list. Slurm's arrays end at 4,000,000 where an administrator allows that many.
constexpr std::size_t kMaxShards = 4'000'000;

struct Shard {
  std::size_t index = 0;  ///< below count
  std::size_t count = 1;  ///< 1 to kMaxShards

  bool takes(std::string_view id) const;
};

/// The first 8 bytes of the SHA-256 of the id, as a big-endian number. Where they fall is part of the file
/// format (docs/reference/formats.md): results of older shards must stay in their shards.
std::uint64_t hash_of(std::string_view id);

/// hash_of(id) % count. In Python: int.from_bytes(hashlib.sha256(id).digest()[:8], "big") % count
std::size_t shard_of(std::string_view id, std::size_t count);

/// "3/16": shard 3 of 16, counted from 0. Throws Error(kBadArgument).
Shard parse_shard(const std::string& text);

/// "shard 3 of 16"
std::string name_of(const Shard& shard);

/// The value of a variable of this name, or nullopt.
using Variables = std::function<std::optional<std::string>(const char*)>;

struct GivenShard {
  Shard shard;
  std::string how;  ///< the variable that says so
};

/// What a job system says: the task of a Slurm array (SLURM_ARRAY_TASK_ID, _COUNT, _MIN, _STEP), else the
/// completion of an indexed Kubernetes job (JOB_COMPLETION_INDEX, and JOB_COMPLETIONS, which the job's
/// author sets); nullopt if neither does. Empty values count as unset. Throws Error(kBadArgument), naming
/// variable and value, if they are incomplete or contradict each other.
std::optional<GivenShard> shard_from(const Variables& variable);

/// The same from the variables of this process.
std::optional<GivenShard> shard_from_environment();

}  // namespace relprompt::shards
