#include "raster/finished_files.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "base/file_handle.h"
#include "base/hash.h"
#include "base/own_files.h"
#include "base/paths.h"
#include "base/place.h"
#include "base/temporaries.h"

namespace relprompt::raster {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int reason) {
  fail_to_write(path, reason, "free some space; the same command with --resume goes on");
}

/// Flushes a file and gives its SHA-256.
std::string flushed(const fs::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || (::fsync(file.number()) != 0 && errno != EINVAL)) fail(path, errno);
  Sha256 digest;
  std::array<char, 1 << 16> chunk{};
  for (;;) {
    const ssize_t got = ::read(file.number(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, errno);
    if (got == 0) return digest.hex();
    digest.update(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

FinishedFiles::FinishedFiles(const fs::path& folder) : folder_(folder) {
  make_folder(folder);
  Temporary made = create_temporary_folder(folder);
  if (made.descriptor < 0) fail(folder, errno);
  made_ = std::move(made.path);
  lock_ = made.descriptor;
}

FinishedFiles::~FinishedFiles() {
  std::error_code ignored;
  fs::remove_all(made_, ignored);
  forget_temporary(made_);
  ::close(lock_);
}

void FinishedFiles::place(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const fs::path from = made_ / name, to = folder_ / name;
    if (path_exists(from)) {
      place_file(from, to, flushed(from));
    } else {
      remove_own(to);
    }
  }
  if (!sync_folder(folder_)) fail(folder_, errno);
}

}  // namespace relprompt::raster
