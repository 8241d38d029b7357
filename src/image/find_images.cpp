#include "image/find_images.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fnmatch.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "image/image_format.h"

namespace relprompt::image {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) {
  return path.filename().string().rfind('.', 0) == 0;
}

bool has_wildcard(const fs::path& path) {
  return path.string().find_first_of("*?[") != std::string::npos;
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_own_output(const fs::path& path) {
  const std::string name = path.filename().string();
  return ends_with(name, ".labels.png") || ends_with(name, ".palette.png") ||
         ends_with(name, ".overlay.jpg") || ends_with(name, ".overlay.png") ||
         ends_with(name, ".panoptic.png");
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::vector<fs::path> list(const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> entries;
  fs::directory_iterator next(folder, problem);
  while (!problem && next != fs::directory_iterator()) {
    entries.push_back(next->path());
    next.increment(problem);
  }
  if (problem) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("cannot list folder {}: {}", folder.string(), problem.message()));
  }
  return entries;
}

void scan(const fs::path& folder, const fs::path& root, std::vector<Input>& found) {
  for (const fs::path& entry : list(folder)) {
    if (is_hidden(entry)) continue;
    if (is_folder(entry)) {
      std::error_code ignored;
      if (!fs::is_symlink(entry, ignored)) scan(entry, root, found);  // links may form a circle
    } else if (has_image_extension(entry) && !is_own_output(entry)) {
      found.push_back({entry, root, false});
    }
  }
}

// Matches pattern components from `first` on below `base`.
void match(const fs::path& base, fs::path::const_iterator first, fs::path::const_iterator last,
           const fs::path& root, std::vector<Input>& found) {
  if (first == last) {
    if (is_folder(base)) {
      scan(base, root, found);
    } else if (is_there(base)) {
      found.push_back({base, root, false});
    }
    return;
  }
  const fs::path component = *first;
  const auto rest = std::next(first);
  if (!has_wildcard(component)) return match(base / component, rest, last, root, found);
  const fs::path folder = base.empty() ? fs::path(".") : base;
  if (!is_folder(folder)) return;
  const bool any_folders = component == "**";
  if (any_folders && rest != last) match(base, rest, last, root, found);
  for (const fs::path& entry : list(folder)) {
    const fs::path inside = base / entry.filename();
    if (any_folders) {
      std::error_code ignored;
      if (is_hidden(entry) || fs::is_symlink(entry, ignored)) continue;
      if (is_folder(entry)) match(inside, first, last, root, found);
      if (rest == last && !is_folder(entry)) found.push_back({inside, root, false});
    } else if (::fnmatch(component.c_str(), entry.filename().c_str(), FNM_PERIOD) == 0) {
      match(inside, rest, last, root, found);
    }
  }
}

void expand(const fs::path& pattern, std::vector<Input>& found) {
  fs::path root;
  auto first = pattern.begin();
  while (first != pattern.end() && !has_wildcard(*first)) root /= *first++;
  match(root, first, pattern.end(), root, found);
}

std::vector<Input> find_one(const fs::path& argument) {
  std::vector<Input> found;
  if (is_folder(argument)) {
    scan(argument, argument, found);
    if (found.empty()) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("no image in folder {} and its subfolders", argument.string()),
                  "looked for .jpg .jpeg .jpe .jfif .png .tif .tiff .webp .bmp .dib .heic .heif .avif in "
                  "visible folders; other "
                  "files can be named one by one");
    }
  } else if (!is_there(argument) && has_wildcard(argument)) {
    expand(argument, found);
    if (found.empty()) {
      throw Error(ErrorCode::kNotFound, fmt::format("nothing matches {}", argument.string()),
                  "* and ? stay within a name, ** stands for any folders; hidden files are never matched");
    }
  } else {
    found.push_back({argument, argument.parent_path(), true});
  }
  return found;
}

}  // namespace

std::vector<Input> find_images(const std::vector<fs::path>& arguments) {
  if (arguments.empty())
    throw Error(ErrorCode::kNotFound, "no image given", "name files, folders or patterns");
  std::vector<Input> all;
  std::set<fs::path> taken;
  for (const fs::path& argument : arguments) {
    for (Input& input : find_one(argument)) {
      if (taken.insert(absolute_path(input.path).lexically_normal()).second) all.push_back(std::move(input));
    }
  }
  std::sort(all.begin(), all.end(), [](const Input& a, const Input& b) { return a.path < b.path; });
  return all;
}

}  // namespace relprompt::image
