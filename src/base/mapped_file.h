// A read-only file mapped into memory, so that weights are paged in once and shared between processes.
// For the files of models; what is small is read (read_file.h). If the file becomes shorter, the next look at
// it is a bus error, see bus_error.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "relprompt/error.h"

namespace relprompt {

class MappedFile {
 public:
  /// Maps the whole file. Throws Error(missing) if the path does not exist, Error(kUnreadable) if it
  /// cannot be opened or is no regular file. An empty file maps to size() == 0.
  /// @param missing the code for an absent path: kNotFound for data, kModelNotFound for checkpoints
  explicit MappedFile(const std::filesystem::path& path, ErrorCode missing = ErrorCode::kNotFound);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  /// Takes the file's pages out of this process's memory; they come back from the file when they are read.
  void release_pages() const noexcept;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace relprompt
