#include "base/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/bus_error.h"
#include "base/file_identity.h"
#include "base/read_file.h"

namespace relprompt {

MappedFile::MappedFile(const std::filesystem::path& path, ErrorCode missing) : path_(path) {
  map(open_regular_file(path, missing, size_), unreadable_as(missing));
}

MappedFile::MappedFile(const FileHandle& file, const std::filesystem::path& path) : path_(path) {
  struct stat info {};
  if (::fstat(file.number(), &info) == 0) size_ = static_cast<std::size_t>(info.st_size);
  map(file, ErrorCode::kUnreadable);
}

void MappedFile::map(const FileHandle& file, ErrorCode unreadable) {
  identity_ = file_identity(file, path_);
  if (size_ == 0) return;
  void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (memory == MAP_FAILED) {
    throw Error(unreadable, fmt::format("cannot map {}: {}", path_.string(), std::strerror(errno)));
  }
  data_ = static_cast<const std::byte*>(memory);
  remember_mapped_bytes(data_, size_, path_.c_str());
}

void MappedFile::release_pages() const noexcept {
  if (data_ != nullptr) ::madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  forget_mapped_bytes(data_);
  ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace relprompt
