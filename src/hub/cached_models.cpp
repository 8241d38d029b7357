#include "hub/cached_models.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "relprompt/error.h"

#include "base/file_handle.h"
#include "base/paths.h"
#include "base/printable.h"
#include "hub/cache_layout.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFrontMatterLines = 200;
constexpr std::size_t kMaxEntries = 100'000;  ///< of a folder that are looked at

bool is_link(const fs::path& path) {
  std::error_code problem;
  return fs::is_symlink(path, problem);
}

/// The entries of a folder; links are entries, nothing behind them is looked at.
std::vector<fs::path> entries_of(const fs::path& folder, bool deep) {
  std::vector<fs::path> all;
  std::error_code problem;
  const auto options = fs::directory_options::skip_permission_denied;
  if (deep) {
    fs::recursive_directory_iterator entry(folder, options, problem), end;
    for (; !problem && entry != end && all.size() < kMaxEntries; entry.increment(problem))
      all.push_back(entry->path());
  } else {
    fs::directory_iterator entry(folder, options, problem), end;
    for (; !problem && entry != end && all.size() < kMaxEntries; entry.increment(problem))
      all.push_back(entry->path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// "models--org--name" -> "org/name"; empty for other folders.
std::string repository_of(const std::string& folder) {
  constexpr std::size_t kPrefix = 8;
  const auto split = folder.find("--", kPrefix);
  if (folder.substr(0, kPrefix) != "models--" || split == std::string::npos) return "";
  const auto name = folder.substr(kPrefix, split - kPrefix) + "/" + folder.substr(split + 2);
  const auto parsed = parse_hub_name(name);
  return parsed && parsed->repository == name ? name : "";
}

std::string unquoted(std::string text) {
  const char* blanks = " \t\r\"'";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The value of "license:" between the two lines "---" that README.md begins with.
std::string licence_of(const fs::path& readme) {
  if (!is_file(readme)) return "";
  std::ifstream stream(readme);
  std::string line;
  for (int number = 0; number < kMaxFrontMatterLines; ++number) {
    char buffer[512];
    stream.getline(buffer, sizeof buffer);
    if (!stream) return "";
    line = buffer;
    if (number == 0 && line.substr(0, 3) != "---") return "";
    if (number > 0 && line.substr(0, 3) == "---") return "";
    const std::string key = "license:";
    if (line.substr(0, key.size()) == key) return printable(unquoted(line.substr(key.size())).substr(0, 60));
  }
  return "";
}

CachedRepository describe(const std::string& name) {
  CachedRepository found;
  found.repository = name;
  const RepositoryFolder folder(name);
  for (const auto& file : entries_of(folder.path(), true)) {
    std::error_code problem;
    if (is_link(file) || !is_file(file)) continue;
    const auto size = fs::file_size(file, problem);
    if (problem) continue;
    found.bytes += size;
    if (file.extension() == ".incomplete") found.unfinished += size;
  }
  const auto refs = folder.path() / "refs";
  for (const auto& file : entries_of(refs, true)) {
    if (!is_file(file)) continue;
    const auto revision = file.lexically_relative(refs).generic_string();
    const auto commit = folder.commit_of(revision);
    if (!commit) continue;
    found.revisions.push_back(printable(revision));
    if (found.commit.empty() || revision == "main") found.commit = *commit;
  }
  if (found.commit.empty()) {  // fetched by its commit alone
    for (const auto& snapshot : entries_of(folder.path() / "snapshots", false)) {
      if (is_commit(snapshot.filename().string())) found.commit = snapshot.filename().string();
    }
  }
  if (!found.commit.empty()) found.licence = licence_of(folder.snapshot(found.commit) / "README.md");
  return found;
}

/// Throws if a process fetches a file of the model.
void require_idle(const RepositoryFolder& folder, const std::string& name) {
  for (const auto& path : entries_of(folder.locks(), false)) {
    const FileHandle lock(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!lock || ::flock(lock.number(), LOCK_EX | LOCK_NB) == 0) continue;
    throw Error(ErrorCode::kNotWritable, fmt::format("{} is being fetched by another process", name),
                "wait until it has ended");
  }
}

}  // namespace

std::vector<CachedRepository> cached_repositories() {
  std::vector<CachedRepository> all;
  for (const auto& entry : entries_of(cache_folder(), false)) {
    const auto name = repository_of(entry.filename().string());
    if (!name.empty() && is_folder(entry)) all.push_back(describe(name));
  }
  return all;
}

std::uint64_t remove_repository(const std::string& repository) {
  const auto name = parse_hub_name(repository);
  if (!name || name->repository != repository) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("\"{}\" is no ORG/NAME of a model in the cache", printable(repository)),
                "a model is removed with all its revisions; other folders are yours to delete");
  }
  const RepositoryFolder folder(repository);
  if (is_link(folder.path())) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is a link to another place, which is left alone", folder.path().string()),
                "remove the link by hand");
  }
  if (!is_folder(folder.path())) {
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("{} is not in the cache {}", repository, cache_folder().string()),
                "`relprompt pull --list` shows what is");
  }
  require_idle(folder, repository);
  const auto bytes = describe(repository).bytes;
  std::error_code problem;
  fs::remove_all(folder.path(), problem);  // links inside are removed, not followed
  if (problem) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot delete {}: {}", folder.path().string(), problem.message()));
  }
  if (!is_link(folder.locks())) fs::remove_all(folder.locks(), problem);
  return bytes;
}

}  // namespace relprompt::hub
