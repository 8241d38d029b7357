#include "base/file_journal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "base/file_handle.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "# Files that relprompt wrote here (SHA-256 and name). It replaces no others: keep this list with "
    "them.\n";
constexpr std::size_t kSha256Digits = 64;
constexpr int kCommonFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;  // no link is followed, no pipe waited for

/// Names may hold any byte but '/' and 0; a line must not break on them.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else {
      result += c;
    }
  }
  return result;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    result += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return result;
}

/// The lines of one list as far as they have been read; the rest is read when it is asked for.
class Lines {
 public:
  void refresh(const fs::path& path) {
    const FileHandle file(::open(path.c_str(), O_RDONLY | kCommonFlags));
    struct stat info {};
    const bool regular = file && ::fstat(file.number(), &info) == 0 && S_ISREG(info.st_mode);
    if (!regular || info.st_ino != inode_ || info.st_dev != device_ || info.st_size < read_) *this = Lines();
    if (!regular) return;
    inode_ = info.st_ino;
    device_ = info.st_dev;
    read_rest(file.number(), info.st_size);
  }

  bool lists(const std::string& name) const { return files_.count(name) > 0; }
  bool lists(const std::string& name, const std::string& sha256) const {
    const auto found = files_.find(name);
    if (found == files_.end()) return false;
    for (const auto& known : found->second)
      if (known == sha256) return true;
    return false;
  }
  std::optional<std::string> note(const std::string& name) const {
    const auto found = notes_.find(name);
    return found == notes_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }

 private:
  void read_rest(int file, off_t size) {
    const auto text = bytes_at(file, read_, static_cast<std::size_t>(size - read_));
    if (!text) return;  // what cannot be read lists nothing: no file is replaced on its word
    std::string_view rest = *text;
    if (read_ == 0) {
      if (rest.substr(0, kHeader.size()) != kHeader) return;  // somebody else's file lists nothing
      rest.remove_prefix(kHeader.size());
      read_ = static_cast<off_t>(kHeader.size());
    }
    // A line without its end is still being written, or was cut off by a full disk.
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      take(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      read_ += static_cast<off_t>(end + 1);
    }
  }

  void take(std::string_view line) {
    const auto first = line.find('\t');
    const auto second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) return;
    const auto kind = line.substr(0, first), middle = line.substr(first + 1, second - first - 1),
               last = line.substr(second + 1);
    if (kind == "file" && middle.size() == kSha256Digits) {
      files_[unescaped(last)].emplace_back(middle);
    } else if (kind == "note") {
      notes_[unescaped(middle)] = unescaped(last);
    }
  }

  ino_t inode_ = 0;
  dev_t device_ = 0;
  off_t read_ = 0;
  std::unordered_map<std::string, std::vector<std::string>> files_;
  std::unordered_map<std::string, std::string> notes_;
};

/// Calls `ask` with the list's lines as they are now. Lists stay in memory: a run asks for every file.
template <class Ask>
auto with_lines(const fs::path& path, Ask&& ask) {
  static std::mutex mutex;
  static std::map<fs::path, Lines> lists;
  const std::lock_guard<std::mutex> lock(mutex);
  Lines& lines = lists[path];
  lines.refresh(path);
  return ask(static_cast<const Lines&>(lines));
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
  const auto start = bytes_at(file.number(), 0, kHeader.size());
  const auto last = bytes_at(file.number(), std::max<off_t>(size - 1, 0), 1);
  if (size < 0 || !start || !last) fail(path, errno);
  if (*start != kHeader.substr(0, start->size())) refuse(path);
  std::string text;
  if (start->size() < kHeader.size()) {
    text = kHeader.substr(start->size());  // all of it, or what a full disk cut off
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
  return with_lines(path_, [&](const Lines& lines) { return lines.lists(name); });
}

bool FileJournal::lists(const std::string& name, const std::string& sha256) const {
  return with_lines(path_, [&](const Lines& lines) { return lines.lists(name, sha256); });
}

std::optional<std::string> FileJournal::note(const std::string& name) const {
  return with_lines(path_, [&](const Lines& lines) { return lines.note(name); });
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
  if (bytes_at(file.number(), 0, kHeader.size()) == kHeader) ::unlink(path.c_str());
}

}  // namespace relprompt
