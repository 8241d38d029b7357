#include "base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "base/file_handle.h"
#include "base/place.h"
#include "base/temporaries.h"

namespace relprompt {
void make_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem || !std::filesystem::is_directory(folder, problem)) {
    const std::string reason = problem ? problem.message() : "a file of that name is in the way";
    throw Error(ErrorCode::kNotWritable, fmt::format("cannot create folder {}: {}", folder.string(), reason));
  }
}

AtomicFile::AtomicFile(const std::filesystem::path& target, Replace replace)
    : target_(target), replace_(replace) {
  make_folder(target.parent_path());
  Temporary made = create_temporary_file(target.parent_path());
  temporary_ = std::move(made.path);
  file_ = made.descriptor;
  if (file_ < 0) fail("create", errno);
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::unlink(temporary_.c_str());
  forget_temporary(temporary_);
  ::close(file_);
}

void AtomicFile::write(const void* data, std::size_t size) {
  if (!write_all(file_, {static_cast<const char*>(data), size})) fail("write", errno);
  if (replace_ == Replace::kOwn) digest_.update(data, size);
  size_ += size;
}

void AtomicFile::read_back(std::uint64_t offset, void* data, std::size_t size) const {
  char* next = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::pread(file_, next, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("read back", got < 0 ? errno : EIO);
    next += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

void AtomicFile::replace(std::uint64_t offset, const void* data, std::size_t size) {
  replaced_ = true;
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::pwrite(file_, next, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("write", errno);
    }
    next += written;
    offset += static_cast<std::uint64_t>(written);
    size -= static_cast<std::size_t>(written);
  }
}

std::string AtomicFile::hash() {
  if (!replaced_) return digest_.hex();
  Sha256 digest;
  std::vector<char> chunk(std::size_t{1} << 18);
  for (std::uint64_t done = 0; done < size_;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), size_ - done));
    read_back(done, chunk.data(), size);
    digest.update(chunk.data(), size);
    done += size;
  }
  return digest.hex();
}

std::string AtomicFile::commit() {
  // Some file systems report a full disk only here.
  if (::fsync(file_) != 0 && errno != EINVAL) fail("flush", errno);
  const std::string sha256 = replace_ == Replace::kOwn ? hash() : "";
  forget_temporary(temporary_);
  if (replace_ == Replace::kOwn) {
    place_file(temporary_, target_, sha256);
  } else if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail("rename the finished file to", errno);
  }
  ::close(file_);
  file_ = -1;
  if (!sync_folder(target_.parent_path())) fail("flush the folder of", errno);
  return sha256;
}

void AtomicFile::fail(const char* action, int reason) const {
  const ErrorCode code = error_of_writing(reason);
  throw Error(code, fmt::format("cannot {} {}: {}", action, target_.string(), std::strerror(reason)),
              code == ErrorCode::kDiskFull
                  ? "free some space or choose another output folder; nothing half-written was left"
                  : "");
}

void write_file(const std::filesystem::path& target, std::string_view text, Replace replace) {
  AtomicFile file(target, replace);
  file.write(text);
  file.commit();
}

}  // namespace relprompt
