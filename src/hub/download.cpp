#include "hub/download.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_handle.h"
#include "base/notes.h"
#include "base/paths.h"
#include "hub/incomplete.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

constexpr auto kBetweenTries = std::chrono::milliseconds(50);
constexpr std::uint64_t kReserve = std::uint64_t{16} << 20;  ///< bytes that stay free on the disk

/// The lock that Hugging Face's own programs take too. Waits for who holds it.
FileHandle lock_blob(const RepositoryFolder& folder, const RemoteFile& file) {
  make_folder(folder.locks());
  const auto path = folder.locks() / (file.etag + ".lock");
  FileHandle lock(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!lock) not_writable(path, errno);
  for (bool said = false; ::flock(lock.number(), LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) return lock;  // a file system without locks
    if (!said) note(fmt::format("another process is fetching {}; waiting for it", file.path));
    said = true;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return lock;
}

/// Whether another try may mend what an answer did not bring.
bool worth_retrying(const HttpAnswer& answer) {
  const int status = answer.head.status;
  if (answer.end == HttpEnd::kDropped || answer.end == HttpEnd::kNotReached) return true;
  return status == 200 || status == 206 || status == 408 || status == 416 || status == 429 || status >= 500;
}

void receive_all(Client& client, const RemoteFile& file, Incomplete& incomplete) {
  for (int tried = 0; !incomplete.whole(); ++tried) {
    const auto answer = client.receive(file, incomplete.have(), incomplete);
    incomplete.check_disk();
    if (incomplete.stopped()) {
      throw Error(ErrorCode::kNoNetwork, fmt::format("the download of {} was stopped", file.path),
                  "what has arrived is kept; the same command goes on");
    }
    if (incomplete.too_long()) {
      incomplete.restart();
      throw Error(ErrorCode::kBadHeader,
                  fmt::format("{} of {} at {}: more than the {} bytes that were announced", file.path,
                              client.name().text(), client.endpoint(), file.size));
    }
    if (answer.head.status == 416) incomplete.restart();
    if (incomplete.whole()) return;
    if (!worth_retrying(answer)) client.refuse(answer.head, file.path);
    if (tried == kRetries) {
      const auto reason = !answer.reason.empty() ? answer.reason
                          : answer.head.status >= 400
                              ? fmt::format("the hub fails with status {}", answer.head.status)
                              : std::string("the connection ends early");
      client.give_up(fmt::format("{} ({} of {} bytes are here)", reason, incomplete.have(), file.size),
                     file.path);
    }
    wait_before_retry(tried);
  }
}

}  // namespace

void require_space(const RepositoryFolder& folder, std::uint64_t bytes) {
  struct statvfs disk {};
  fs::path place = folder.path();
  while (!path_exists(place) && place.has_relative_path()) place = place.parent_path();
  if (::statvfs(place.c_str(), &disk) != 0) return;
  const auto room = static_cast<std::uint64_t>(disk.f_bavail) * static_cast<std::uint64_t>(disk.f_frsize);
  if (bytes == 0 || (room > kReserve && bytes <= room - kReserve)) return;
  throw Error(ErrorCode::kDiskFull,
              fmt::format("{} bytes are to be fetched, and {} has room for {}", bytes, place.string(), room),
              "`relprompt pull --list` shows what lies in the cache; HF_HUB_CACHE names another folder");
}

void fetch_blob(Client& client, const RepositoryFolder& folder, const RemoteFile& file,
                const BlobProgress& progress) {
  const auto blob = folder.blob(file.etag);
  if (path_exists(blob)) return;
  make_folder(blob.parent_path());
  const auto lock = lock_blob(folder, file);
  if (path_exists(blob)) return;  // the process that was waited for has fetched it
  auto path = blob;
  path += ".incomplete";
  Incomplete incomplete(path, file, progress);
  receive_all(client, file, incomplete);
  incomplete.commit(blob, client.endpoint());
}

void link_blob(const RepositoryFolder& folder, const RemoteFile& file) {
  const auto link = folder.snapshot(file.commit) / file.path;
  const auto target = folder.blob(file.etag).lexically_relative(link.parent_path());
  std::error_code problem;
  if (fs::read_symlink(link, problem) == target && !problem) return;
  make_folder(link.parent_path());
  // Made beside it and renamed, so that a reader finds the old link or the new one.
  const auto made = link.parent_path() / fmt::format(".{}.{}.link", link.filename().string(), ::getpid());
  ::unlink(made.c_str());
  if (::symlink(target.c_str(), made.c_str()) != 0) not_writable(link, errno);
  if (::rename(made.c_str(), link.c_str()) != 0) {
    const int reason = errno;
    ::unlink(made.c_str());
    not_writable(link, reason);
  }
}

}  // namespace relprompt::hub
