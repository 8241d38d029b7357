#include "base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

namespace relprompt {
namespace {

std::filesystem::path temporary_beside(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  const auto name = fmt::format(".{}.{}-{}.tmp", target.filename().string(), ::getpid(), counter++);
  return target.parent_path() / name;
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem || !std::filesystem::is_directory(folder, problem)) {
    const std::string reason = problem ? problem.message() : "a file of that name is in the way";
    throw Error(ErrorCode::kNotWritable, fmt::format("cannot create folder {}: {}", folder.string(), reason));
  }
}

AtomicFile::AtomicFile(const std::filesystem::path& target)
    : target_(target), temporary_(temporary_beside(target)) {
  make_folder(target.parent_path());
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file_ < 0) fail("create", errno);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(file_, next, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("write", errno);
    }
    next += written;
    size -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  // Some file systems report a full disk only here.
  if (::fsync(file_) != 0 && errno != EINVAL) fail("flush", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("rename the finished file to", errno);
  ::close(file_);
  file_ = -1;
}

void AtomicFile::fail(const char* action, int reason) const {
  const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  throw Error(full ? ErrorCode::kDiskFull : ErrorCode::kNotWritable,
              fmt::format("cannot {} {}: {}", action, target_.string(), std::strerror(reason)),
              full ? "free some space or choose another output folder; nothing half-written was left" : "");
}

void write_file(const std::filesystem::path& target, std::string_view text) {
  AtomicFile file(target);
  file.write(text);
  file.commit();
}

}  // namespace relprompt
