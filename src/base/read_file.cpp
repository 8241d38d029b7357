#include "base/read_file.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace relprompt {
namespace {

bool same_version(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
         before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

/// The descriptor of a file that is being read, closed on every way out.
class Reading {
 public:
  Reading(const std::filesystem::path& path, ErrorCode missing) : path_(path), missing_(missing) {
    // Without O_NONBLOCK the open of a named pipe would wait for a writer; on regular files it changes
    // nothing. O_NOCTTY: the open of a terminal must not make it ours.
    file_ = FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file_) {
      const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? missing : unreadable_as(missing);
      throw Error(code, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
    }
    if (::fstat(file_.number(), &opened_) == 0 && S_ISREG(opened_.st_mode)) return;
    fail("not a regular file");
  }

  std::size_t size() const { return static_cast<std::size_t>(opened_.st_size); }
  FileHandle release() { return std::move(file_); }

  void read_into(std::byte* bytes) const {
    for (std::size_t done = 0; done < size();) {
      const ssize_t count = ::pread(file_.number(), bytes + done, size() - done, static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(std::strerror(errno));
      if (count == 0) fail(fmt::format("it was cut to {} of {} bytes while it was read", done, size()));
      done += static_cast<std::size_t>(count);
    }
    struct stat after {};
    if (::fstat(file_.number(), &after) != 0 || !same_version(opened_, after))
      fail("it changed while it was read");
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(unreadable_as(missing_), fmt::format("cannot read {}: {}", path_.string(), reason));
  }

  const std::filesystem::path& path_;
  ErrorCode missing_;
  FileHandle file_;
  struct stat opened_ {};
};

}  // namespace

ErrorCode unreadable_as(ErrorCode missing) noexcept {
  return exit_status(missing) == 4 ? missing : ErrorCode::kUnreadable;
}

FileBytes read_file(const std::filesystem::path& path, const ReadRules& rules) {
  const Reading reading(path, rules.missing);
  if (reading.size() > rules.max_bytes) {
    throw Error(
        rules.too_large,
        fmt::format("{}: {} bytes, expected at most {}", path.string(), reading.size(), rules.max_bytes),
        rules.hint);
  }
  // Not std::vector: there is no need to fill with zeros what is read at once.
  std::unique_ptr<std::byte[]> bytes(new std::byte[reading.size()]);
  reading.read_into(bytes.get());
  return {std::move(bytes), reading.size()};
}

FileHandle open_regular_file(const std::filesystem::path& path, ErrorCode missing, std::size_t& size) {
  Reading reading(path, missing);
  size = reading.size();
  return reading.release();
}

}  // namespace relprompt
