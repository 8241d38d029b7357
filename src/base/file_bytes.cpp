#include "base/file_bytes.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

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

void fail_to_write(const std::filesystem::path& path, int reason, const std::string& advice) {
  const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  throw Error(full ? ErrorCode::kDiskFull : ErrorCode::kNotWritable,
              fmt::format("cannot write {}: {}", path.string(), std::strerror(reason)), full ? advice : "");
}

}  // namespace relprompt
