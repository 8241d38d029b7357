#include "segmenter/cache_folder.h"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/hash.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSha256Digits = 64;

std::string identity_of(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return {};
  std::error_code unknown;
  const auto place = fs::weakly_canonical(file, unknown);
  return fmt::format("{} {} {} {}.{} {}.{}\n", (unknown ? file : place).string(), info.st_size, info.st_ino,
                     info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

}  // namespace

fs::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "relprompt";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "relprompt";
  std::error_code unusable;
  const auto temporary = fs::temp_directory_path(unusable);
  return (unusable ? fs::path("/tmp") : temporary) / "relprompt-cache";
}

std::string remembered_hash(const std::vector<fs::path>& files, const std::string& what,
                            const std::function<std::string()>& compute) {
  Sha256 key;
  key.update(what);
  for (const auto& file : files) key.update(identity_of(file));
  const fs::path note = cache_folder() / "hashes" / key.hex();
  std::string hash;
  std::ifstream(note) >> hash;
  if (hash.size() == kSha256Digits) return hash;
  hash = compute();
  try {
    write_file(note, hash);
  } catch (const Error&) {
    // A cache that cannot be written only costs time.
  }
  return hash;
}

}  // namespace relprompt::segmenter
