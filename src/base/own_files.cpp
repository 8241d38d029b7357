#include "base/own_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_handle.h"
#include "base/file_journal.h"
#include "base/hash.h"
#include "base/temporaries.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool is_regular(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

/// SHA-256 of a regular file that no link leads to; nullopt if there is none or it cannot be read.
std::optional<std::string> content_of(const fs::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return std::nullopt;
  Sha256 digest;
  std::vector<char> chunk(std::size_t{1} << 18);
  ssize_t got = 0;
  do {
    got = ::read(file.number(), chunk.data(), chunk.size());
    if (got > 0) digest.update(chunk.data(), static_cast<std::size_t>(got));
  } while (got > 0 || (got < 0 && errno == EINTR));
  return got < 0 ? std::nullopt : std::optional<std::string>(digest.hex());
}

/// What is in a folder, sorted by name.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code problem;
  for (fs::directory_iterator next(folder, problem), end; !problem && next != end; next.increment(problem))
    entries.push_back(next->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// The list of written files, and what a killed process left half-written.
bool is_bookkeeping(const fs::path& path) {
  const auto name = path.filename().string();
  return name == kJournalName || is_temporary_name(name);
}

/// No link to one.
bool is_real_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::directory;
}

}  // namespace

bool is_unlisted(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return errno != ENOENT && errno != ENOTDIR;
  return !S_ISREG(info.st_mode) || !FileJournal(folder_of(path)).lists(path.filename().string());
}

Standing standing_of(const fs::path& path) {
  if (is_unlisted(path)) return Standing::kForeign;
  if (!is_regular(path)) return Standing::kFree;
  const auto content = content_of(path);
  const FileJournal journal(folder_of(path));
  return content && journal.lists(path.filename().string(), *content) ? Standing::kOwn : Standing::kForeign;
}

void refuse_foreign(const fs::path& path) {
  const bool changed = is_regular(path) && FileJournal(folder_of(path)).lists(path.filename().string());
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is there already and {}", path.string(),
                          changed ? "was changed since relprompt wrote it" : "was not written by relprompt"),
              "it stays as it is: move it away, or choose another output");
}

void require_free(const std::vector<fs::path>& files, bool replace) {
  for (const auto& file : files) {
    const auto standing = standing_of(file);
    if (standing == Standing::kForeign) refuse_foreign(file);
    if (standing == Standing::kFree || replace) continue;
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is there already, written by an earlier command", file.string()),
                "--force replaces it; or choose another output");
  }
}

bool remove_own(const fs::path& path) noexcept {
  try {
    const auto standing = standing_of(path);
    return standing == Standing::kFree || (standing == Standing::kOwn && ::unlink(path.c_str()) == 0);
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<fs::path> foreign_in(const fs::path& folder) {
  for (const auto& entry : entries_of(folder)) {
    if (is_real_folder(entry)) {
      if (auto foreign = foreign_in(entry)) return foreign;
    } else if (!is_bookkeeping(entry) && standing_of(entry) == Standing::kForeign) {
      return entry;
    }
  }
  return std::nullopt;
}

bool remove_own_folder(const fs::path& folder) noexcept {
  try {
    for (const auto& entry : entries_of(folder)) {
      if (is_real_folder(entry)) {
        remove_own_folder(entry);
      } else if (!is_bookkeeping(entry)) {
        remove_own(entry);
      }
    }
    sweep_temporaries(folder);
    remove_lone_journal(folder);
    return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace relprompt
