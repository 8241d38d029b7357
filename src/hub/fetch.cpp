#include "hub/fetch.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_handle.h"
#include "base/notes.h"
#include "base/paths.h"
#include "hub/cache_layout.h"
#include "hub/client.h"
#include "hub/download.h"
#include "hub/snapshot.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

/// One model's way from the hub into the cache.
class Fetch {
 public:
  Fetch(const HubName& name, const FetchRules& rules)
      : name_(name), rules_(rules), folder_(name.repository), client_(name) {}

  /// Only questions, no files. With a copy in the cache it may not take long.
  void plan(bool have_copy) {
    if (have_copy) client_.hurry();
    listing_ = client_.list();
    if (listing_) commit_ = listing_->commit;
    const auto look = [this](const std::string& file) { return presence_of(file); };
    wanted_ = choose_files(look, other_checkpoints());
    if (wanted_.weights.empty()) no_model();
    for (const auto& file : wanted_.files) add(name_.path_of(file));
    if (presence_in_repository("README.md") == Presence::kThere) {  // it states the licence
      const auto readme = remote("README.md");
      if (readme && readme->size <= largest_size("README.md")) files_.insert(files_.begin(), *readme);
    }
    client_.take_time();
  }

  /// True if something was fetched that was not there.
  bool run() {
    if (wanted_.index) {  // the index first: it names more files
      const auto index = files_.back();
      total_ = index.size;
      get(index);
      for (const auto& shard : shards_of(folder_.snapshot(commit_) / index.path)) add(name_.path_of(shard));
    }
    total_ = done_ = 0;
    std::uint64_t missing = 0;
    for (const auto& file : files_) {
      total_ += file.size;
      const auto here = bytes_here(file);
      before_ += here;
      missing += file.size - here;
    }
    complete_ = missing == 0;
    require_space(folder_, missing);
    for (const auto& file : files_) get(file);
    for (const auto& file : wanted_.absent) mark_absent(file);
    if (!is_commit(name_.revision)) write_file(folder_.ref(name_.revision), commit_, Replace::kAnything);
    return missing > 0;
  }

  bool is_absent(const std::string& file) { return presence_of(file) == Presence::kAbsent; }

  /// So that the cache alone answers next time.
  void mark_absent(const std::string& file) {
    const auto marker = folder_.absent(commit_) / name_.path_of(file);
    if (!path_exists(marker)) write_file(marker, "", Replace::kAnything);
  }

 private:
  Presence presence_in_repository(const std::string& path) {
    if (listing_) {
      const bool there =
          std::find(listing_->files.begin(), listing_->files.end(), path) != listing_->files.end();
      return there ? Presence::kThere : Presence::kAbsent;
    }
    return remote(path) ? Presence::kThere : Presence::kAbsent;
  }

  Presence presence_of(const std::string& file) { return presence_in_repository(name_.path_of(file)); }

  /// The facts of a file, asked for once.
  const std::optional<RemoteFile>& remote(const std::string& path) {
    const auto known = remote_.find(path);
    if (known != remote_.end()) return known->second;
    auto file = client_.look(path, commit_.empty() ? name_.revision : commit_);
    if (file) {
      if (commit_.empty()) commit_ = file->commit;
      if (commit_.empty() || (!file->commit.empty() && file->commit != commit_)) {
        throw Error(
            ErrorCode::kBadHeader,
            fmt::format("{} of {} at {}: the answer is of the commit \"{}\", expected {}", path, name_.text(),
                        client_.endpoint(), file->commit, commit_.empty() ? "an X-Repo-Commit" : commit_));
      }
      file->commit = commit_;
    }
    return remote_[path] = std::move(file);
  }

  void add(const std::string& path) {
    const auto file = remote(path);
    if (!file) {
      throw Error(ErrorCode::kModelNotFound,
                  fmt::format("{} of {} is missing on {}", path, name_.text(), client_.endpoint()));
    }
    if (file->size > largest_size(path)) {
      throw Error(ErrorCode::kBadHeader,
                  fmt::format("{} of {} at {} is said to have {} bytes; at most {} are accepted", path,
                              name_.text(), client_.endpoint(), file->size, largest_size(path)));
    }
    files_.push_back(*file);
  }

  /// Checkpoints of no usual name beside the others.
  std::vector<std::string> other_checkpoints() const {
    std::vector<std::string> names;
    if (!listing_) return names;
    const auto folder = name_.path_of("");
    for (const auto& path : listing_->files) {
      if (path.substr(0, folder.size()) != folder) continue;
      const auto file = path.substr(folder.size());
      const auto type = fs::path(file).extension();
      if (file.find('/') == std::string::npos && (type == ".pt" || type == ".pth")) names.push_back(file);
    }
    return names;
  }

  [[noreturn]] void no_model() const {
    const bool empty = !listing_ && commit_.empty();
    throw Error(ErrorCode::kModelNotFound,
                empty ? fmt::format("{} has no {}", client_.endpoint(), name_.text())
                      : fmt::format("{} at {} holds no weights of a CLIP: no model.safetensors, "
                                    "open_clip_model.safetensors, pytorch_model.bin or the like",
                                    name_.text(), client_.endpoint()),
                empty ? "look at the spelling; a private model needs HF_TOKEN"
                      : "weights in a folder of the repository are named ORG/NAME:FOLDER");
  }

  std::uint64_t bytes_here(const RemoteFile& file) const {
    if (path_exists(folder_.blob(file.etag))) return file.size;
    auto incomplete = folder_.blob(file.etag);
    incomplete += ".incomplete";
    std::error_code none;
    const auto size = fs::file_size(incomplete, none);
    return none || size > file.size ? 0 : size;
  }

  void get(const RemoteFile& file) {
    const auto report = [&](std::uint64_t bytes) {
      return complete_ || !rules_.progress || rules_.progress({file.path, done_ + bytes, total_, before_});
    };
    fetch_blob(client_, folder_, file, report);
    link_blob(folder_, file);
    done_ += file.size;
    report(0);
  }

  const HubName& name_;
  const FetchRules& rules_;
  RepositoryFolder folder_;
  Client client_;
  std::optional<Listing> listing_;
  std::string commit_;
  std::map<std::string, std::optional<RemoteFile>> remote_;
  WantedFiles wanted_;
  std::vector<RemoteFile> files_;
  std::uint64_t total_ = 0, before_ = 0, done_ = 0;
  bool complete_ = false;  ///< all bytes are here: there is no progress to tell
};

LocalModel local_model_of(const Snapshot& snapshot, bool fetched) {
  LocalModel model;
  model.place = snapshot.place();
  model.commit = snapshot.commit;
  for (const auto& file : snapshot.wanted.files) model.files.push_back(snapshot.folder / file);
  for (const auto& shard : snapshot.shards) model.files.push_back(snapshot.folder / shard);
  model.fetched = fetched;
  model.complete = snapshot.complete;
  return model;
}

bool network_is_away(const Error& error) {
  return error.code() == ErrorCode::kNoNetwork || error.code() == ErrorCode::kNoDevice;
}

[[noreturn]] void not_here(const HubName& name) {
  throw Error(ErrorCode::kNoNetwork,
              fmt::format("{} is not in the cache {}, and --offline or HF_HUB_OFFLINE forbids the network",
                          name.text(), cache_folder().string()),
              fmt::format("`relprompt pull {}` fetches it", name.text()));
}

}  // namespace

LocalModel fetch_model(const HubName& name, const FetchRules& rules) {
  const auto found = find_snapshot(name);
  const bool usable = found && found->usable;
  const bool offline = rules.offline || offline_by_environment();
  if (offline && !usable) not_here(name);
  if (usable && (offline || (found->complete && !rules.refresh))) return local_model_of(*found, false);
  bool reached = false;
  try {
    Fetch fetch(name, rules);
    fetch.plan(usable);
    reached = true;
    const bool fetched = fetch.run();
    auto made = find_snapshot(name);
    if (made && made->doubtful && fetch.is_absent("open_clip_config.json")) {
      fetch.mark_absent("open_clip_config.json");
      made = find_snapshot(name);
    }
    if (made && made->usable) return local_model_of(*made, fetched);
    throw Error(ErrorCode::kInternal, fmt::format("{} was fetched and is not found", name.text()));
  } catch (const Error& error) {
    if (!usable || !network_is_away(error) || (rules.refresh && reached)) throw;
    const std::string reason = error.what();
    note(fmt::format("the copy of {} in the cache (revision {}) is used: {}", name.text(),
                     found->commit.substr(0, 12), reason.substr(0, reason.find('\n'))));
    return local_model_of(*found, false);
  }
}

}  // namespace relprompt::hub
