#include "base/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace relprompt {

MappedFile::MappedFile(const std::filesystem::path& path, ErrorCode missing) : path_(path) {
  // A missing checkpoint and an unreadable one both concern the model, so they share an exit status.
  const ErrorCode unreadable = exit_status(missing) == 4 ? missing : ErrorCode::kUnreadable;
  // Without O_NONBLOCK the open of a named pipe would wait for a writer; on regular files it changes nothing.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? missing : unreadable;
    throw Error(code, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  struct stat info {};
  if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(file);
    throw Error(unreadable, fmt::format("cannot read {}: not a regular file", path.string()));
  }
  size_ = static_cast<std::size_t>(info.st_size);
  if (size_ > 0) {
    void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (memory == MAP_FAILED) {
      const int reason = errno;
      ::close(file);
      throw Error(unreadable, fmt::format("cannot map {}: {}", path.string(), std::strerror(reason)));
    }
    data_ = static_cast<const std::byte*>(memory);
  }
  ::close(file);
}

void MappedFile::release_pages() const noexcept {
  if (data_ != nullptr) ::madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace relprompt
