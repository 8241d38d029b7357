// A read-only file mapped into memory, so that weights are paged in once and shared between processes.
// For the files of models; what is small is read (read_file.h). If the file becomes shorter, the next look at
// it is a bus error, see bus_error.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "relprompt/error.h"

#include "base/file_handle.h"

namespace relprompt {

class MappedFile {
 public:
  /// Maps the whole file. Throws Error(missing) if the path does not exist, Error(kUnreadable) if it
  /// cannot be opened or is no regular file. An empty file maps to size() == 0.
  /// @param missing the code for an absent path: kNotFound for data, kModelNotFound for checkpoints
  explicit MappedFile(const std::filesystem::path& path, ErrorCode missing = ErrorCode::kNotFound);
  /// Maps an opened regular file that was found at `path`. Throws Error(kUnreadable).
  MappedFile(const FileHandle& file, const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  /// Takes the file's pages out of this process's memory; they come back from the file when they are read.
  void release_pages() const noexcept;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Which version of the file this is, see base/file_identity.h.
  const std::string& identity() const noexcept { return identity_; }

 private:
  void map(const FileHandle& file, ErrorCode unreadable);

  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::string identity_;
};

}  // namespace relprompt
