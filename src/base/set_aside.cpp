#include "base/set_aside.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "relprompt/error.h"

#include "base/own_files.h"
#include "base/place.h"
#include "base/random.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

/// Hidden, of the same length for every folder, and by its beginning of this one.
std::string beginning_for(const fs::path& folder) {
  return fmt::format(".relprompt-{:016x}-", fnv1a(folder.filename().string()));
}

fs::path hidden_sibling(const fs::path& folder) {
  std::random_device random;
  const auto number = static_cast<std::uint64_t>(random()) << 32 | random();
  return folder.parent_path() / fmt::format("{}{:016x}.old", beginning_for(folder), number);
}

/// Folders beside `folder` that stepped aside from its name.
std::vector<fs::path> left_aside(const fs::path& folder) {
  const auto beginning = beginning_for(folder);
  std::vector<fs::path> found;
  std::error_code problem;
  for (fs::directory_iterator next(folder.parent_path(), problem), end; !problem && next != end;
       next.increment(problem)) {
    const auto name = next->path().filename().string();
    if (name.rfind(beginning, 0) == 0 && next->path().extension() == ".old") found.push_back(next->path());
  }
  return found;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder)
    : file_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
  if (file_ && ::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) file_ = FileHandle();
}

SetAside::SetAside(const fs::path& folder) : folder_(folder), aside_(hidden_sibling(folder)), lock_(folder) {
  const int reason = rename_if_free(folder_, aside_);
  if (reason == 0) return;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("cannot move {} aside: {}", folder.string(), std::strerror(reason)));
}

SetAside::~SetAside() {
  if (!aside_.empty()) rename_if_free(aside_, folder_);
}

void SetAside::drop() {
  remove_own_folder(aside_);
  aside_.clear();
}

void SetAside::repair(const fs::path& folder) {
  for (const auto& older : left_aside(folder)) {
    const FolderLock lock(older);
    if (lock.held() && rename_if_free(older, folder) == EEXIST) remove_own_folder(older);
  }
}

}  // namespace relprompt
