// All shards of one run, to be joined: from one output folder that they shared, or from one each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "shards/journal.h"

namespace relprompt::shards {

struct ShardSet {
  std::vector<std::filesystem::path> folders;  ///< of each shard, the output folder
  std::vector<Journal> journals;               ///< of each shard

  struct Place {
    std::size_t shard = 0;  ///< whose image it is
    std::size_t image = 0;  ///< in the shard's journal
  };
  std::vector<Place> order;  ///< the images of all shards in the order of the whole list

  const Journal& journal(const Place& place) const { return journals[place.shard]; }
  const JournalImage& image(const Place& place) const { return journals[place.shard].images[place.image]; }
  /// What all shards share.
  const Json& facts() const { return journals.front().facts; }
};

/// Finds and reads the journals in the folders. Throws Error: kNotFound, naming the shards, where some are
/// missing or unfinished; kBadArgument where shards are there twice, divide another number of shards, or were
/// made from other lists, settings or classes; kLostWorker for one that is being worked on; kUnreadable for
/// damaged journals and for those that do not hold each image of the list once.
ShardSet open_shards(const std::vector<std::filesystem::path>& folders);

}  // namespace relprompt::shards
