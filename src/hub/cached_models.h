// What lies in the cache, and how a model leaves it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::hub {

struct CachedRepository {
  std::string repository;              ///< ORG/NAME
  std::uint64_t bytes = 0;             ///< on the disk
  std::uint64_t unfinished = 0;        ///< bytes of downloads that were broken off, counted in `bytes`
  std::string licence;                 ///< as README.md states it; empty if it does not
  std::vector<std::string> revisions;  ///< branches and tags that were fetched
  std::string commit;                  ///< of the first of them
};

/// The models of the cache, by name; other folders are left alone. Damaged ones are listed as far as they can
/// be read.
std::vector<CachedRepository> cached_repositories();

/// Deletes the folder of one model and its locks, and nothing else. Throws Error: kBadArgument for what is no
/// ORG/NAME, kModelNotFound if it is not in the cache, kNotWritable if its folder is a link, is being
/// fetched, or cannot be deleted.
/// @return bytes that were freed
std::uint64_t remove_repository(const std::string& repository);

}  // namespace relprompt::hub
