#include "base/place.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "base/file_journal.h"
#include "base/own_files.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

bool cannot(int reason) {
  return reason == EINVAL || reason == ENOSYS || reason == ENOTSUP;
}

/// For file systems without a rename that refuses: a second name refuses too.
int link_if_free(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0 ? 0 : errno;
  if (errno == EEXIST) return EEXIST;
  // Neither is offered (FAT, folders): looking first is the best there is.
  struct stat info {};
  if (::lstat(to.c_str(), &info) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

int rename_if_free(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  return cannot(errno) ? link_if_free(from, to) : errno;
}

int exchange(const fs::path& a, const fs::path& b) {
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0 ? 0 : errno;
}

void place_file(const fs::path& finished, const fs::path& target, const std::string& sha256) {
  constexpr int kTries = 100;  // a name that is taken and freed again and again is no accident
  int reason = EEXIST;
  for (int i = 0; i < kTries && reason == EEXIST; ++i) {
    const auto standing = standing_of(target);
    if (standing == Standing::kForeign) refuse_foreign(target);
    FileJournal(target.has_parent_path() ? target.parent_path() : ".")
        .add(target.filename().string(), sha256);
    if (standing == Standing::kFree) {
      reason = rename_if_free(finished, target);
    } else {
      reason = ::rename(finished.c_str(), target.c_str()) == 0 ? 0 : errno;
    }
  }
  if (reason == 0) return;
  throw Error(error_of_writing(reason), fmt::format("cannot rename the finished file to {}: {}",
                                                    target.string(), std::strerror(reason)));
}

}  // namespace relprompt
