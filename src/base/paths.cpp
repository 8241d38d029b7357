#include "base/paths.h"

#include <system_error>

namespace relprompt {

namespace fs = std::filesystem;

bool path_exists(const fs::path& path) noexcept {
  std::error_code problem;
  return fs::exists(path, problem);
}

bool is_folder(const fs::path& path) noexcept {
  std::error_code problem;
  return fs::is_directory(path, problem);
}

bool is_file(const fs::path& path) noexcept {
  std::error_code problem;
  return fs::is_regular_file(path, problem);
}

std::string path_problem(const fs::path& path) {
  std::error_code problem;
  if (fs::status(path, problem).type() == fs::file_type::not_found || !problem) return "";
  return problem.message();
}

fs::path absolute_path(const fs::path& path) {
  std::error_code problem;
  const fs::path absolute = fs::absolute(path, problem);
  return problem ? path : absolute;
}

}  // namespace relprompt
