#include "model/cache_folder.h"

#include <cstdlib>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/file_identity.h"
#include "base/hash.h"
#include "base/notes.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSha256Digits = 64;

fs::path cache_path() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "relprompt";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "relprompt";
  std::error_code problem;
  const auto temporary = fs::temp_directory_path(problem);
  return problem ? fs::path() : temporary / fmt::format("relprompt-{}", ::geteuid());
}

/// What a note holds: the hash, and a check of it that also binds it to the note's name.
std::string note_text(const std::string& key, const std::string& hash) {
  Sha256 check;
  check.update(key);
  check.update(hash);
  return hash + " " + check.hex() + "\n";
}

}  // namespace

std::optional<PrivateFolder> cache_folder(const std::string& name) {
  const auto path = cache_path();
  const auto folder = path.empty() ? std::nullopt : PrivateFolder::open(path);
  return folder ? folder->inside(name) : std::nullopt;
}

std::string remembered_hash(const std::vector<fs::path>& files, const std::string& what,
                            const std::function<std::string()>& compute) {
  Sha256 digest;
  digest.update(what);
  for (const auto& file : files) digest.update(file_identity(file));
  const auto key = digest.hex();
  const auto folder = cache_folder("hashes");
  if (!folder) return compute();
  const auto kept = folder->read(key, 3 * kSha256Digits);
  if (kept) {
    const auto hash = kept->substr(0, kSha256Digits);
    if (*kept == note_text(key, hash)) return hash;
    note(fmt::format("{} is damaged and is made again", (folder->path() / key).string()));
  }
  const auto hash = compute();
  // A cache that cannot be written only costs time.
  if (const auto lock = folder->lock()) folder->replace(*lock, key, note_text(key, hash));
  return hash;
}

}  // namespace relprompt::model
