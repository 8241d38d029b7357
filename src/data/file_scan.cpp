#include "data/file_scan.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/read_file.h"
#include "image/image_format.h"

namespace relprompt::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameLength = 4096;  ///< bytes; longer lines are no names

bool is_hidden(const fs::path& path) {
  return path.filename().string().rfind('.', 0) == 0;
}

[[noreturn]] void fail(const fs::path& folder, const std::error_code& problem) {
  throw Error(ErrorCode::kUnreadable,
              fmt::format("cannot list folder {}: {}", folder.string(), problem.message()));
}

std::vector<std::string> relative_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  fs::recursive_directory_iterator next(folder, problem);
  if (problem) fail(folder, problem);
  for (; next != fs::recursive_directory_iterator(); next.increment(problem)) {
    const bool is_folder = next->is_directory(problem);
    if (is_hidden(next->path())) {
      if (is_folder) next.disable_recursion_pending();
    } else if (!is_folder) {
      files.push_back(next->path().lexically_relative(folder).generic_string());
    }
  }
  if (problem) fail(folder, problem);
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_in(std::string_view line) {
  const std::size_t end = line.find_first_of(" \t\r");
  const fs::path word(line.substr(0, end));
  const fs::path name = image::has_image_extension(word) ? word.parent_path() / word.stem() : word;
  return name.relative_path().generic_string();
}

}  // namespace

FilesByName scan(const fs::path& folder, const std::function<std::string(const std::string&)>& name_of,
                 std::vector<std::string>& spare) {
  FilesByName files;
  for (const std::string& relative : relative_files(folder)) {
    std::string name = name_of(relative);
    if (name.empty()) continue;
    std::string path = (folder / relative).string();
    const auto [kept, fresh] = files.try_emplace(std::move(name), path);
    if (!fresh) spare.push_back(std::move(path));
  }
  return files;
}

std::string without_ending(const std::string& text, const std::vector<std::string>& endings) {
  for (const std::string& ending : endings) {
    if (text.size() > ending.size() &&
        text.compare(text.size() - ending.size(), ending.size(), ending) == 0) {
      return text.substr(0, text.size() - ending.size());
    }
  }
  return "";
}

std::vector<std::string> read_names(const fs::path& list) {
  const FileBytes file = read_file(list);
  std::string_view rest = file.text();
  std::vector<std::string> names;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty()) continue;
    if (line.size() > kMaxNameLength || line.find('\0') != std::string_view::npos) {
      throw Error(ErrorCode::kUnreadable,
                  fmt::format("{} is no list of names: line {} has {} bytes or is not text", list.string(),
                              names.size() + 1, line.size()));
    }
    names.push_back(name_in(line));
  }
  return names;
}

}  // namespace relprompt::data
