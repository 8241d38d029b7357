#include "base/file_handle.h"

#include <cerrno>
#include <utility>

#include <unistd.h>

namespace relprompt {

FileHandle::~FileHandle() {
  if (number_ < 0) return;
  const int reason = errno;  // a refusal that is still to be named
  ::close(number_);
  errno = reason;
}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

bool write_all(int file, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    if (written == 0) {
      errno = EIO;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace relprompt
