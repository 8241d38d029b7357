#include "base/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/mman.h>

#include "base/bus_error.h"
#include "base/read_file.h"

namespace relprompt {

MappedFile::MappedFile(const std::filesystem::path& path, ErrorCode missing) : path_(path) {
  const FileHandle file = open_regular_file(path, missing, size_);
  if (size_ > 0) {
    void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (memory == MAP_FAILED) {
      throw Error(unreadable_as(missing),
                  fmt::format("cannot map {}: {}", path.string(), std::strerror(errno)));
    }
    data_ = static_cast<const std::byte*>(memory);
    remember_mapped_bytes(data_, size_, path_.c_str());
  }
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
