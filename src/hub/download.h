// One file of the hub into the cache: a blob that is whole and has the hash that the hub states, or none.
#pragma once

#include <cstdint>

#include "hub/cache_layout.h"
#include "hub/client.h"
#include "hub/incomplete.h"

namespace relprompt::hub {

/// Fetches the blob of a file unless it is there. Another process that fetches the same one is waited for. A
/// download that was broken off, in this run or one before, goes on where it stopped. Throws Error:
/// kWrongHash (the bytes are deleted), kBadHeader for an answer of another length, kNoNetwork after five
/// retries, kModelNotFound, kDiskFull, kNotWritable.
void fetch_blob(Client& client, const RepositoryFolder& folder, const RemoteFile& file,
                const BlobProgress& progress);

/// Makes snapshots/COMMIT/PATH a relative link to the blob.
void link_blob(const RepositoryFolder& folder, const RemoteFile& file);

/// Throws Error(kDiskFull) if the cache's file system has no room for so many bytes.
void require_space(const RepositoryFolder& folder, std::uint64_t bytes);

}  // namespace relprompt::hub
