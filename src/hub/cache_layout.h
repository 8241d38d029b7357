// Where Hugging Face's programs keep what they fetched, so that a model is on the disk once:
//
//   CACHE/models--ORG--NAME/refs/REVISION              the commit that a branch or tag stood for
//   CACHE/models--ORG--NAME/snapshots/COMMIT/PATH      a relative link to the blob
//   CACHE/models--ORG--NAME/blobs/ETAG                 the bytes, named by what the hub calls their etag
//   CACHE/models--ORG--NAME/blobs/ETAG.incomplete      what has arrived of one
//   CACHE/models--ORG--NAME/.no_exist/COMMIT/PATH      empty: the commit has no such file
//   CACHE/.locks/models--ORG--NAME/ETAG.lock           held (flock) by the process that fetches the blob
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "hub/hub_name.h"

namespace relprompt::hub {

/// $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub.
/// Throws Error(kBadArgument) if none of them can be made of the environment.
std::filesystem::path cache_folder();

/// $HF_TOKEN, else the first line of $HF_HOME/token; empty if there is none. Throws Error(kBadArgument) for
/// a token that no header can hold.
std::string access_token();

/// $HF_ENDPOINT, else https://huggingface.co; without a '/' at its end. Throws Error(kBadArgument) for what
/// is no address of the Web.
std::string endpoint();

/// Whether $HF_HUB_OFFLINE forbids the network.
bool offline_by_environment();

/// The folders of one repository.
class RepositoryFolder {
 public:
  explicit RepositoryFolder(const std::string& repository);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path blob(const std::string& etag) const { return path_ / "blobs" / etag; }
  std::filesystem::path snapshot(const std::string& commit) const { return path_ / "snapshots" / commit; }
  std::filesystem::path absent(const std::string& commit) const { return path_ / ".no_exist" / commit; }
  std::filesystem::path ref(const std::string& revision) const { return path_ / "refs" / revision; }
  const std::filesystem::path& locks() const { return locks_; }

  /// The commit that a revision stood for when it was fetched; nothing if it never was.
  std::optional<std::string> commit_of(const std::string& revision) const;

 private:
  std::filesystem::path path_, locks_;
};

}  // namespace relprompt::hub
