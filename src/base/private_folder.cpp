#include "base/private_folder.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/notes.h"

namespace relprompt {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
constexpr const char* kUnfinished = ".tmp";
// A holder writes a few megabytes; one that was stopped must not hold up everybody else.
constexpr auto kLongestWait = std::chrono::seconds(2);
constexpr auto kBetweenTries = std::chrono::milliseconds(5);

bool ours_or_roots(const struct stat& info) {
  return info.st_uid == ::geteuid() || info.st_uid == 0;
}

void say_unused(const std::filesystem::path& path, const std::string& reason) {
  note(fmt::format("the cache in {} is not used: {}", path.string(), reason));
}

/// What opening a folder without following links ran into; nothing is said of one that cannot exist, for a
/// user without a home may well work without a cache.
void explain(const std::filesystem::path& path, int problem) {
  if (problem == ELOOP || problem == ENOTDIR) say_unused(path, "it is a link or no folder");
}

/// A regular file that nobody but us or root can have written.
bool trusted_file(int file, struct stat& info) {
  return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && ours_or_roots(info) &&
         (info.st_mode & kWritableByOthers) == 0;
}

}  // namespace

std::optional<PrivateFolder> PrivateFolder::open(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  ::mkdir(path.c_str(), S_IRWXU);
  FileHandle handle(::open(path.c_str(), kFolderFlags));
  if (!handle) explain(path, errno);
  return checked(path, std::move(handle));
}

std::optional<PrivateFolder> PrivateFolder::inside(const std::string& name) const {
  ::mkdirat(handle_.number(), name.c_str(), S_IRWXU);
  FileHandle handle(::openat(handle_.number(), name.c_str(), kFolderFlags));
  if (!handle) explain(path_ / name, errno);
  return checked(path_ / name, std::move(handle));
}

std::optional<PrivateFolder> PrivateFolder::checked(std::filesystem::path path, FileHandle handle) {
  struct stat info {};
  if (!handle || ::fstat(handle.number(), &info) != 0) return std::nullopt;
  if (!ours_or_roots(info)) {
    say_unused(path, "it belongs to another user");
    return std::nullopt;
  }
  const bool open_to_others = (info.st_mode & kWritableByOthers) != 0;
  if (open_to_others && ::fchmod(handle.number(), info.st_mode & 07777 & ~kWritableByOthers) != 0) {
    say_unused(path, "other users may write into it");
    return std::nullopt;
  }
  return PrivateFolder(std::move(path), std::move(handle));
}

FileHandle PrivateFolder::open_file(const std::string& name) const {
  // Without O_NONBLOCK the open of a named pipe would wait for a writer.
  FileHandle file(::openat(handle_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return file;
  struct stat info {};
  if (file && trusted_file(file.number(), info)) return file;
  note(fmt::format("{} is not used: it is no file, or somebody else may have written it",
                   (path_ / name).string()));
  return FileHandle();
}

std::optional<std::string> PrivateFolder::read(const std::string& name, std::size_t most) const {
  const auto file = open_file(name);
  struct stat info {};
  if (!file || ::fstat(file.number(), &info) != 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > most) return std::nullopt;
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t more = ::read(file.number(), bytes.data() + have, size - have);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    have += static_cast<std::size_t>(more);
  }
  bytes.resize(have);
  return bytes;
}

std::optional<FileHandle> PrivateFolder::lock() const {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  FileHandle file(::openat(handle_.number(), "lock", kFlags, S_IRUSR | S_IWUSR));
  struct stat info {};
  if (!file || !trusted_file(file.number(), info)) return std::nullopt;
  const auto end = std::chrono::steady_clock::now() + kLongestWait;
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK || errno == EINTR;
    if (!held || std::chrono::steady_clock::now() > end) return std::nullopt;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return file;
}

bool PrivateFolder::replace(const FileHandle& /*lock*/, const std::string& name,
                            std::string_view bytes) const {
  // Only the holder of the lock writes, so one name does for the unfinished file, and what a killed process
  // left of it is taken away here.
  const std::string unfinished = name + kUnfinished;
  ::unlinkat(handle_.number(), unfinished.c_str(), 0);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const FileHandle file(::openat(handle_.number(), unfinished.c_str(), kFlags, S_IRUSR | S_IWUSR));
  if (!file) return false;
  // Not flushed to the device: what a power cut leaves shows in the checksum.
  const bool done = write_all(file.number(), bytes) &&
                    ::renameat(handle_.number(), unfinished.c_str(), handle_.number(), name.c_str()) == 0;
  if (!done) ::unlinkat(handle_.number(), unfinished.c_str(), 0);
  return done;
}

std::optional<FileHandle> PrivateFolder::begin(const std::string& name) const {
  const std::string unfinished = name + kUnfinished;
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  FileHandle file(::openat(handle_.number(), unfinished.c_str(), kFlags, S_IRUSR | S_IWUSR));
  struct stat info {};
  if (!file || !trusted_file(file.number(), info)) return std::nullopt;
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  // Between opening and locking the last holder may have given the file its final name.
  if (!still_named(unfinished, info) || ::ftruncate(file.number(), 0) != 0) return std::nullopt;
  return file;
}

bool PrivateFolder::finish(const FileHandle& unfinished, const std::string& name) const {
  struct stat info {};
  const std::string from = name + kUnfinished;
  return ::fstat(unfinished.number(), &info) == 0 && still_named(from, info) &&
         ::renameat(handle_.number(), from.c_str(), handle_.number(), name.c_str()) == 0;
}

void PrivateFolder::abandon(const FileHandle& unfinished, const std::string& name) const {
  struct stat info {};
  const std::string from = name + kUnfinished;
  if (::fstat(unfinished.number(), &info) == 0 && still_named(from, info)) {
    ::unlinkat(handle_.number(), from.c_str(), 0);
  }
}

/// Whether the name is still that of this file.
bool PrivateFolder::still_named(const std::string& name, const struct stat& file) const {
  struct stat now {};
  return ::fstatat(handle_.number(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
         now.st_ino == file.st_ino && now.st_dev == file.st_dev;
}

std::vector<PrivateFolder::Entry> PrivateFolder::entries() const {
  std::vector<Entry> all;
  const int copy = ::openat(handle_.number(), ".", kFolderFlags);
  DIR* folder = copy >= 0 ? ::fdopendir(copy) : nullptr;
  if (folder == nullptr) {
    const FileHandle unused(copy);
    return all;
  }
  while (const auto* entry = ::readdir(folder)) {
    struct stat info {};
    if (::fstatat(handle_.number(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
      continue;
    all.push_back({entry->d_name, static_cast<std::uint64_t>(info.st_size),
                   static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec});
  }
  ::closedir(folder);
  return all;
}

void PrivateFolder::remove(const std::string& name) const {
  const FileHandle file(
      ::openat(handle_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(handle_.number(), name.c_str(), 0);
}

}  // namespace relprompt
