// A folder whose files a program believes without asking: a cache.
//
// Whoever can put a file there decides what the program computes, so the folder and every file in it must
// belong to the user (or to root) and be writable by nobody else. Names are looked up below the opened folder
// and links are not followed, so nobody can exchange a file between the check and the reading. Nothing here
// throws: a cache that cannot be used costs time, no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_handle.h"

struct stat;

namespace relprompt {

class PrivateFolder {
 public:
  /// Opens the folder, and makes it (mode 0700) and its parents if they are not there. Write permission for
  /// others is taken from a folder of ours. A folder that is a link, or belongs to somebody else than the
  /// user or root, is not opened, and a note says why.
  static std::optional<PrivateFolder> open(const std::filesystem::path& path);

  /// The same for a folder inside.
  std::optional<PrivateFolder> inside(const std::string& name) const;

  /// The bytes of a file; nothing if it is absent, no regular file, larger than `most` bytes, or somebody
  /// else owns it or may write it. A named pipe or a link is left alone.
  std::optional<std::string> read(const std::string& name, std::size_t most) const;

  /// Keeps other processes that ask for it out, until it dies. Nothing if another one held it for too long or
  /// the file system has no locks.
  std::optional<FileHandle> lock() const;

  /// Makes the bytes the file, in one step. `lock` is what lock() gave. False if it could not be written.
  bool replace(const FileHandle& lock, const std::string& name, std::string_view bytes) const;

  /// Opens a file for reading, as read() would; none for one that read() refuses.
  FileHandle open_file(const std::string& name) const;

  /// For files too large to be held in memory: an empty NAME.tmp to write to, which finish() makes the file
  /// NAME. Nothing if another process is writing it or the folder cannot be written; what a killed process
  /// left of it is overwritten.
  std::optional<FileHandle> begin(const std::string& name) const;
  bool finish(const FileHandle& unfinished, const std::string& name) const;
  void abandon(const FileHandle& unfinished, const std::string& name) const;

  struct Entry {
    std::string name;
    std::uint64_t bytes = 0;
    std::int64_t changed = 0;  ///< time of modification, nanoseconds
  };
  /// The regular files in the folder.
  std::vector<Entry> entries() const;
  /// Removes a file, unless a process is writing it (begin).
  void remove(const std::string& name) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  PrivateFolder(std::filesystem::path path, FileHandle handle)
      : path_(std::move(path)), handle_(std::move(handle)) {}
  bool still_named(const std::string& name, const struct stat& file) const;
  static std::optional<PrivateFolder> checked(std::filesystem::path path, FileHandle handle);

  std::filesystem::path path_;
  FileHandle handle_;
};

}  // namespace relprompt
