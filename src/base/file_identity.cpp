#include "base/file_identity.h"

#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

namespace relprompt {
namespace {

std::string line(const std::filesystem::path& path, const struct stat& info) {
  std::error_code problem;
  return fmt::format("{} {} {} {}.{} {}.{}\n", std::filesystem::weakly_canonical(path, problem).string(),
                     info.st_size, info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                     info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

}  // namespace

std::string file_identity(const std::filesystem::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? line(path, info) : std::string();
}

std::string file_identity(const FileHandle& file, const std::filesystem::path& path) {
  struct stat info {};
  return ::fstat(file.number(), &info) == 0 ? line(path, info) : std::string();
}

}  // namespace relprompt
