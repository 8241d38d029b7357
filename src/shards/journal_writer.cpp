#include "shards/journal_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "base/json_output.h"

namespace relprompt::shards {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = R"({"format":"relprompt shard 1",)";  // of every journal

[[noreturn]] void fail(const fs::path& path, int reason) {
  fail_to_write(path, reason, "free some space; the same command with --resume goes on");
}

/// So many bytes, which are there: nobody else changes a journal whose lock this process has.
std::string read_at(int file, const fs::path& path, off_t from, std::size_t size) {
  auto bytes = relprompt::bytes_at(file, from, size);
  if (!bytes || bytes->size() < size) fail(path, bytes ? EIO : errno);
  return std::move(*bytes);
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is there already and no journal of a shard", path.string()),
              "it stays as it is: move it away, or choose another output folder");
}

/// Not kNotWritable: job systems retry exit status 5, and this passes by itself.
[[noreturn]] void busy(const fs::path& path, const Shard& shard) {
  throw Error(ErrorCode::kLostWorker,
              fmt::format("{} is being worked on by another process, which holds the lock of {}",
                          name_of(shard), path.string()),
              "a process that is dead holds no lock: wait for the one that lives, or end it");
}

/// Two counts in one folder would be two divisions of one list. A job system that counts only the tasks that
/// it starts again would do that.
void require_one_count(const fs::path& output, const Shard& shard) {
  for (const Shard& other : shards_in(output)) {
    if (other.count == shard.count) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} holds shards of another division: expected one of {}, found {}",
                            output.string(), shard.count, name_of(other)),
                fmt::format("--shard I/{} goes on with it; another output folder begins anew", other.count));
  }
}

bool try_lock(int file, int kind) {
  while (::flock(file, kind | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot lock the journal of a shard: {}", std::strerror(errno)),
                "the file system of the output folder must have locks (flock)");
  }
  return true;
}

FileHandle open_locked(const fs::path& path, const Shard& shard) {
  make_folder(path.parent_path());
  FileHandle file(
      ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!file && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) refuse(path);
  if (!file) fail(path, errno);
  struct stat info {};
  if (::fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) refuse(path);
  if (!try_lock(file.number(), LOCK_EX)) busy(path, shard);
  // Another process may have removed its empty journal between the two calls.
  if (::fstat(file.number(), &info) == 0 && info.st_nlink > 0) return file;
  return open_locked(path, shard);
}

/// Refuses what is no journal of ours, as far as its first bytes say.
void check_start(int file, const fs::path& path, off_t size) {
  const auto length = static_cast<std::size_t>(std::min<off_t>(size, kStart.size()));
  if (read_at(file, path, 0, length) != kStart.substr(0, length)) refuse(path);
}

/// Removes a last line that a kill or a full disk cut off.
void remove_torn_line(int file, const fs::path& path) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  if (size < 0) fail(path, errno);
  check_start(file, path, size);
  constexpr off_t kBlock = off_t{1} << 14;
  for (off_t stop = size; stop > 0;) {
    const off_t from = std::max<off_t>(0, stop - kBlock);
    const auto end = read_at(file, path, from, static_cast<std::size_t>(stop - from)).rfind('\n');
    const off_t whole = end == std::string::npos ? from : from + static_cast<off_t>(end) + 1;
    if (end != std::string::npos || from == 0) {
      if (whole < size && ::ftruncate(file, whole) != 0) fail(path, errno);
      return;
    }
    stop = from;
  }
}

/// A member of an object, or null.
Json member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? Json() : *found;
}

}  // namespace

JournalWriter::JournalWriter(const fs::path& output, const Shard& shard) {
  const fs::path path = shard_file(output, shard);
  require_one_count(output, shard);
  file_ = open_locked(path, shard);
  journal_.path = path;
  remove_torn_line(file_.number(), path);
  journal_ = read_journal(path, shard);
}

JournalWriter::~JournalWriter() {
  if (::lseek(file_.number(), 0, SEEK_END) != 0) return;
  ::unlink(journal_.path.c_str());
  ::rmdir(journal_.path.parent_path().c_str());
}

void JournalWriter::append(const std::string& text) {
  if (!write_all(file_.number(), text)) fail(journal_.path, errno);
  if (::fdatasync(file_.number()) != 0 && errno != EINVAL) fail(journal_.path, errno);
}

void JournalWriter::begin(const Json& facts, const Json& run, bool resume) {
  Json line = {{"format", kJournalFormat},
               {"shard", journal_.shard.index},
               {"shards", journal_.shard.count},
               {"resume", resume},
               {"facts", facts},
               {"run", run}};
  const std::string text = json_text(line);
  earlier_ = resume ? journal_ : Journal();
  append(text + "\n");
  journal_ = read_journal(journal_.path, journal_.shard);  // what it says is decided in one place
}

void JournalWriter::add(const std::vector<Json>& lines) {
  std::string text;
  for (const Json& line : lines) text += json_text(line) + "\n";
  append(text);
}

void JournalWriter::keep(const Json& line) {
  const std::string id = bytes_at(line, "id");
  const auto* known = journal_.find(id);
  const auto fits = [&](const Journal& journal, const JournalImage* image) {
    return image != nullptr && image->done &&
           member(journal.facts, "settings") == member(journal_.facts, "settings") &&
           member(line_of(journal, *image), "sha256") == line["sha256"];
  };
  if (fits(journal_, known)) return;
  const auto* before = earlier_.find(id);
  if (!fits(earlier_, before)) return add(line);
  Json again = line_of(earlier_, *before);
  again["at"] = line["at"];
  add(again);
}

void JournalWriter::end() {
  append("{\"end\":true}\n");
}

void require_idle(const fs::path& journal, const Shard& shard) {
  const FileHandle file(::open(journal.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file && !try_lock(file.number(), LOCK_SH)) busy(journal, shard);
}

}  // namespace relprompt::shards
