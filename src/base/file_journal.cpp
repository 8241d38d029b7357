#include "base/file_journal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "base/file_handle.h"
#include "base/journal_lines.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

constexpr int kCommonFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;  // no link is followed, no pipe waited for

/// Calls `ask` with the list's lines as they are now. Where they stand is kept: a run asks for every file.
template <class Ask>
auto with_lines(const fs::path& path, Ask&& ask) {
  static std::mutex mutex;
  static std::map<fs::path, JournalLines> lists;
  const std::lock_guard<std::mutex> lock(mutex);
  JournalLines& lines = lists[path];
  lines.refresh(path);
  auto answer = ask(static_cast<const JournalLines&>(lines));
  lines.close();  // a run may write into thousands of folders
  return answer;
}

[[noreturn]] void fail(const fs::path& path, int reason) {
  fail_to_write(path, reason, "free some space or choose another output folder");
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is there already and no list of relprompt's", path.string()),
              "relprompt keeps there which files it wrote: move it away, or choose another output folder");
}

/// The list, made if needed and locked; the lock goes with the descriptor.
FileHandle open_locked(const fs::path& path) {
  for (;;) {
    FileHandle file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | kCommonFlags, 0644));
    if (!file && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) refuse(path);
    if (!file) fail(path, errno);
    while (::flock(file.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    struct stat info {};
    const bool known = ::fstat(file.number(), &info) == 0;
    if (known && S_ISREG(info.st_mode) && info.st_nlink > 0) return file;
    if (known && !S_ISREG(info.st_mode)) refuse(path);
    // Another process removed the list of an empty folder in between.
  }
}

/// True at most once a second for each list: a flush for every file would take longer than writing small
/// ones.
bool flush_is_due(const fs::path& path) {
  using Clock = std::chrono::steady_clock;
  static std::mutex mutex;
  static std::map<fs::path, Clock::time_point> last;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto now = Clock::now();
  const auto [entry, first] = last.emplace(path, now);
  if (!first && now - entry->second < std::chrono::seconds(1)) return false;
  entry->second = now;
  return true;
}

void append(const fs::path& path, const std::string& line) {
  const FileHandle file = open_locked(path);
  const off_t size = ::lseek(file.number(), 0, SEEK_END);
  const auto start = bytes_at(file.number(), 0, kJournalHeader.size());
  const auto last = bytes_at(file.number(), std::max<off_t>(size - 1, 0), 1);
  if (size < 0 || !start || !last) fail(path, errno);
  if (*start != kJournalHeader.substr(0, start->size())) refuse(path);
  std::string text;
  if (start->size() < kJournalHeader.size()) {
    text = kJournalHeader.substr(start->size());  // all of it, or what a full disk cut off
  } else if (*last != "\n") {
    text = "\n";  // of a line cut off
  }
  text += line;
  if (!write_all(file.number(), text)) fail(path, errno);
  ::flock(file.number(), LOCK_UN);
  if (flush_is_due(path) && ::fdatasync(file.number()) != 0 && errno != EINVAL) fail(path, errno);
}

}  // namespace

FileJournal::FileJournal(const fs::path& folder) : path_(folder / kJournalName) {}

bool FileJournal::lists(const std::string& name) const {
  return with_lines(path_, [&](const JournalLines& lines) { return lines.lists(name); });
}

bool FileJournal::lists(const std::string& name, const std::string& sha256) const {
  return with_lines(path_, [&](const JournalLines& lines) { return lines.lists(name, sha256); });
}

std::optional<std::string> FileJournal::note(const std::string& name) const {
  return with_lines(path_, [&](const JournalLines& lines) { return lines.note(name); });
}

void FileJournal::add(const std::string& name, const std::string& sha256) {
  if (lists(name, sha256)) return;
  append(path_, fmt::format("file\t{}\t{}\n", sha256, escaped(name)));
}

void FileJournal::add_note(const std::string& name, const std::string& text) {
  append(path_, fmt::format("note\t{}\t{}\n", escaped(name), escaped(text)));
}

void remove_lone_journal(const fs::path& folder) {
  std::error_code problem;
  const fs::directory_iterator entries(folder, problem);
  if (problem || std::distance(begin(entries), fs::directory_iterator()) != 1) return;
  const fs::path path = folder / kJournalName;
  const FileHandle file(::open(path.c_str(), O_RDWR | kCommonFlags));
  if (!file || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return;  // in use
  if (bytes_at(file.number(), 0, kJournalHeader.size()) == kJournalHeader) ::unlink(path.c_str());
}

}  // namespace relprompt
