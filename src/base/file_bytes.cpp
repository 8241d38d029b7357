#include "base/file_bytes.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

namespace relprompt {

std::optional<std::string> bytes_at(int file, off_t from, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = ::pread(file, bytes.data() + got, size - got, from + static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  bytes.resize(got);
  return bytes;
}

ErrorCode error_of_writing(int reason) noexcept {
  return reason == ENOSPC || reason == EDQUOT || reason == EFBIG ? ErrorCode::kDiskFull
                                                                 : ErrorCode::kNotWritable;
}

void fail_to_write(const std::filesystem::path& path, int reason, const std::string& advice) {
  const ErrorCode code = error_of_writing(reason);
  throw Error(code, fmt::format("cannot write {}: {}", path.string(), std::strerror(reason)),
              code == ErrorCode::kDiskFull ? advice : "");
}

}  // namespace relprompt
