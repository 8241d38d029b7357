#include "base/temporaries.h"

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_handle.h"
#include "base/process_state.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".relprompt-";
constexpr std::string_view kSuffix = ".tmp";
constexpr std::size_t kDigits = 16;
// A taken name is all but impossible; a file system that says so every time is broken.
constexpr int kAttempts = 100;

/// The temporaries of this process.
struct Own {
  std::mutex mutex;
  std::set<fs::path> paths;
  std::set<fs::path> swept;  ///< folders
};

Own& own_temporaries() {
  return process_wide<Own>("temporaries");
}

bool fill_with_random_bits(std::uint64_t& number) {
  ssize_t size = 0;
  do {
    size = ::getrandom(&number, sizeof number, 0);
  } while (size < 0 && errno == EINTR);
  return size == sizeof number;
}

/// Opens a name for its lock alone, never through a link and never waiting for the other end of a pipe.
int open_existing(const fs::path& path, bool folder) {
  const int access = folder ? O_RDONLY | O_DIRECTORY : O_RDWR;  // NFS wants files open for writing
  return ::open(path.c_str(), access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

int make_folder_and_open(const fs::path& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return -1;
  const int descriptor = open_existing(path, true);
  const int reason = errno;
  if (descriptor < 0) ::rmdir(path.c_str());
  errno = reason;
  return descriptor;
}

/// Takes the lock on a name that was just created. False if a sweeper of another process was quicker: it saw
/// the name before the lock, and removes it.
bool lock_name(int descriptor, const fs::path& path) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// Sweeps each folder once a process: later leftovers would be of processes that died since.
void sweep_once(const fs::path& folder) {
  std::error_code ignored;
  {
    const std::lock_guard<std::mutex> lock(own_temporaries().mutex);
    if (!own_temporaries().swept.insert(fs::absolute(folder, ignored)).second) return;
  }
  sweep_temporaries(folder);
}

/// descriptor -1 with errno EEXIST: the name was taken.
Temporary create_named(const fs::path& path, bool is_folder) {
  const std::lock_guard<std::mutex> lock(own_temporaries().mutex);
  Temporary result{path, -1};
  result.descriptor = is_folder ? make_folder_and_open(path)
                                : ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (result.descriptor < 0) return result;
  if (!lock_name(result.descriptor, path)) {
    ::close(result.descriptor);
    errno = EEXIST;
    result.descriptor = -1;
    return result;
  }
  own_temporaries().paths.insert(path);
  return result;
}

Temporary create(const fs::path& folder, bool is_folder) {
  sweep_once(folder);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::uint64_t number = 0;
    if (!fill_with_random_bits(number)) return {};
    Temporary result = create_named(folder / fmt::format("{}{:016x}{}", kPrefix, number, kSuffix), is_folder);
    if (result.descriptor >= 0 || errno != EEXIST) return result;
  }
  return {};
}

void remove_if_stale(const fs::path& path) {
  struct stat named {};
  if (::lstat(path.c_str(), &named) != 0 || named.st_uid != ::geteuid()) return;
  const bool folder = S_ISDIR(named.st_mode);
  if (!folder && !S_ISREG(named.st_mode)) return;
  const FileHandle file(open_existing(path, folder));
  if (!file) return;
  // Unlocked or not lockable at all: only the first is known to be stale. The name goes while the lock is
  // held, so that a writer who comes between sees that it lost the name (lock_name).
  struct stat opened {};
  if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0 && ::fstat(file.number(), &opened) == 0 &&
      ::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
}

}  // namespace

bool is_temporary_name(std::string_view name) noexcept {
  if (name.size() != kPrefix.size() + kDigits + kSuffix.size()) return false;
  return name.substr(0, kPrefix.size()) == kPrefix && name.substr(kPrefix.size() + kDigits) == kSuffix &&
         name.substr(kPrefix.size(), kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Temporary create_temporary_file(const fs::path& folder) {
  return create(folder.empty() ? "." : folder, false);
}

Temporary create_temporary_folder(const fs::path& folder) {
  return create(folder.empty() ? "." : folder, true);
}

void forget_temporary(const fs::path& path) {
  const std::lock_guard<std::mutex> lock(own_temporaries().mutex);
  own_temporaries().paths.erase(path);
}

void remove_own_temporaries() noexcept {
  own_temporaries().mutex.lock();  // and never unlocked
  std::error_code ignored;
  for (const fs::path& path : own_temporaries().paths) fs::remove_all(path, ignored);
}

void sweep_temporaries(const fs::path& folder) noexcept try {
  std::vector<fs::path> found;
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (is_temporary_name(entry->path().filename().string())) found.push_back(entry->path());
  }
  for (const fs::path& path : found) remove_if_stale(path);
} catch (const std::exception&) {  // tidying up is no reason to fail
}

bool sync_folder(const fs::path& folder) noexcept {
  const char* const name = folder.empty() ? "." : folder.c_str();
  const FileHandle file(::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) return true;  // a folder that may be written but not read
  return ::fsync(file.number()) == 0 || (errno != EIO && errno != ENOSPC && errno != EDQUOT);
}

}  // namespace relprompt
