// Sums a list of ids up while it is read, and finds ids that occur twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/hash.h"
#include "shards/manifest.h"

namespace relprompt::shards {

class ListSummer {
 public:
  /// The next id, and where it stands. The line of the same id before, if there was one.
  std::optional<std::uint64_t> add(const std::string& id, std::uint64_t line);
  /// Call once, at the end.
  ListSummary summary();

 private:
  Sha256 digest_;
  std::uint64_t images_ = 0;
  /// By hash_of(id): two ids of one hash among a billion images would be a chance of 3 %, and a message.
  std::unordered_map<std::uint64_t, std::uint64_t> lines_;
};

}  // namespace relprompt::shards
