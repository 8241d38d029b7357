#include "hub/incomplete.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "base/temporaries.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenReports = std::chrono::milliseconds(100);

/// Whether an answer is the rest of the file from a byte on: "bytes 100-999/1000".
bool continues_at(const HttpHead& head, std::uint64_t from, std::uint64_t size) {
  const auto range = head.get("content-range");
  const auto start = fmt::format("bytes {}-", from);
  const auto whole = range.substr(std::min(range.find('/'), range.size()));
  return range.compare(0, start.size(), start) == 0 &&
         (whole.empty() || whole == "/*" || whole == fmt::format("/{}", size));
}

}  // namespace

void not_writable(const fs::path& path, int reason) {
  throw Error(error_of_writing(reason),
              fmt::format("cannot write {}: {}", path.string(), std::strerror(reason)),
              "HF_HUB_CACHE names another folder for models from the hub");
}

Incomplete::Incomplete(fs::path path, const RemoteFile& remote, const BlobProgress& progress)
    : path_(std::move(path)), remote_(remote), progress_(progress), hash_(make_hash()) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  file_ = FileHandle(::open(path_.c_str(), kFlags, 0644));
  struct stat info {};
  if (!file_ || ::fstat(file_.number(), &info) != 0) not_writable(path_, errno);
  if (!S_ISREG(info.st_mode)) not_writable(path_, EINVAL);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > remote_.size) {
    restart();
  } else {
    hash_existing(size);
  }
}

void Incomplete::restart() {
  empty();
  check_disk();
}

bool Incomplete::empty() {
  if (::ftruncate(file_.number(), 0) != 0 || ::lseek(file_.number(), 0, SEEK_SET) < 0) error_ = errno;
  have_ = 0;
  hash_ = make_hash();
  return error_ == 0;
}

bool Incomplete::begin(const HttpHead& head) {
  if (head.status == 206) {
    if (have_ > 0 && continues_at(head, have_, remote_.size)) return true;
    empty();  // another part than was asked for: the next try asks for all
    return false;
  }
  if (head.status != 200) return false;
  return have_ == 0 || empty();
}

bool Incomplete::take(const char* bytes, std::size_t count) {
  too_long_ = count > remote_.size - have_;
  if (too_long_) return false;
  if (!write_all(file_.number(), {bytes, count})) error_ = errno;
  hash_->update(bytes, count);
  have_ += count;
  const auto now = Clock::now();
  if (now - reported_ >= kBetweenReports || whole()) {
    reported_ = now;
    stopped_ = progress_ && !progress_(have_);
  }
  return !stopped_ && error_ == 0;
}

void Incomplete::check_disk() const {
  if (error_ != 0) not_writable(path_, error_);
}

void Incomplete::commit(const fs::path& blob, const std::string& where) {
  if (const auto found = hash_->difference(); !found.empty()) {
    ::unlink(path_.c_str());
    throw Error(ErrorCode::kWrongHash,
                fmt::format("{} from {}: its hash is {}, expected {}; it was deleted", remote_.path, where,
                            found, remote_.etag),
                "the same command fetches it again");
  }
  if (::fsync(file_.number()) != 0 || ::rename(path_.c_str(), blob.c_str()) != 0) not_writable(blob, errno);
  sync_folder(blob.parent_path());
}

std::unique_ptr<BlobHash> Incomplete::make_hash() const {
  return std::make_unique<BlobHash>(remote_.etag, remote_.size);
}

void Incomplete::hash_existing(std::uint64_t size) {
  std::array<char, 1 << 16> chunk{};
  while (have_ < size) {
    const ssize_t count = ::read(file_.number(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    hash_->update(chunk.data(), static_cast<std::size_t>(count));
    have_ += static_cast<std::uint64_t>(count);
  }
  if (have_ > remote_.size) restart();  // it grew while it was read
}

}  // namespace relprompt::hub
