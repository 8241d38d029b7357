// --manifest and --shard: which images a run is about where others work on the rest.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shards/shard.h"

namespace relprompt::cli {

struct ShardArguments {
  std::string manifest;  ///< file, "-" the standard input; empty: the images are given otherwise
  std::string shard;     ///< I/N, none or auto; empty: auto with a manifest, else none

  void add_to(CLI::App& command, const std::string& group);
  /// --shard alone, for a command whose parts are no images.
  void add_shard_to(CLI::App& command, const std::string& group, const std::string& help);
  /// The shard; nullopt for the whole list. Says which one it is where a job system does, unless `quiet`.
  /// Throws Error(kBadArgument).
  std::optional<shards::Shard> resolve(bool quiet) const;
  /// Throws Error(kBadArgument) if there is a manifest and inputs as well.
  void check(const std::vector<std::string>& inputs) const;
};

/// What a shard that has ended says next, on a line of its own; empty without one.
std::string merge_advice(const std::optional<shards::Shard>& shard);

}  // namespace relprompt::cli
