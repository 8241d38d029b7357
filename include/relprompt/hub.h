// Models by their names on the Hugging Face hub: found in the cache that Hugging Face's own programs use, or
// fetched into it. Every function that takes a model takes such a name as well; these are for programs that
// want to show progress, or to look at the cache.
//
// A name is ORG/NAME[@REVISION][:SUBFOLDER]. A path that exists goes before it; a text that begins with '/',
// './', '../' or '~' is always a path. Environment, as of Hugging Face's programs: HF_HUB_CACHE, HF_HOME and
// XDG_CACHE_HOME (where), HF_ENDPOINT (which hub), HF_TOKEN or the file $HF_HOME/token (who asks),
// HF_HUB_OFFLINE (not at all).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "relprompt/export.h"

namespace relprompt {

/// How far a download is.
struct HubProgress {
  std::string file;          ///< that is being fetched
  std::uint64_t done = 0;    ///< bytes of all files of the model that are here
  std::uint64_t bytes = 0;   ///< of all files of the model
  std::uint64_t before = 0;  ///< bytes that were here when the download began
};

/// How a model of a hub is looked for.
struct HubOptions {
  bool offline = false;  ///< only the cache, as HF_HUB_OFFLINE=1
  /// Called some ten times a second while something is fetched; false stops it, and what has arrived is kept.
  std::function<bool(const HubProgress&)> progress;
};

/// A model that was asked for by its name.
struct HubModel {
  std::filesystem::path path;  ///< in the cache: what Model opens
  std::string revision;        ///< the commit, 40 hexadecimal digits
  bool fetched = false;        ///< something was downloaded just now
};

/// A path as it is; for a name the model's place in the cache, fetched if it is not there. A model that is
/// whole in the cache needs no network. Blobs have the SHA-256 that they are named by.
/// Throws Error: kModelNotFound, kWrongHash, kBadHeader (a hub that answers nonsense), kNoNetwork, kNoDevice
/// (the optional library librelprompt-hub.so is missing), kDiskFull, kNotWritable.
RELPROMPT_API std::filesystem::path find_model(const std::filesystem::path& path_or_name,
                                               const HubOptions& options = {});

/// The newest state of a name's revision: the hub is asked even if the cache has the model. If it cannot be
/// reached within ten seconds, the copy in the cache is kept.
/// Throws as find_model; kBadArgument for what is no name.
RELPROMPT_API HubModel pull_model(const std::string& name, const HubOptions& options = {});

/// A model in the cache, whoever fetched it.
struct CachedModel {
  std::string name;                    ///< ORG/NAME
  std::uint64_t bytes = 0;             ///< on the disk, all revisions
  std::uint64_t unfinished = 0;        ///< bytes of downloads that were broken off, counted in `bytes`
  std::string licence;                 ///< as its README.md states it; empty if it does not
  std::vector<std::string> revisions;  ///< branches and tags that were fetched
  std::string commit;                  ///< of the first of them
};

/// Sorted by name. Throws Error(kBadArgument) if the environment names no place for a cache.
RELPROMPT_API std::vector<CachedModel> cached_models();

/// Deletes one model's folder in the cache, with all its revisions, and nothing else.
/// Throws Error: kBadArgument for what is no ORG/NAME, kModelNotFound, kNotWritable.
/// @return bytes that were freed
RELPROMPT_API std::uint64_t remove_cached_model(const std::string& name);

}  // namespace relprompt
