#include "data/layout.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/file_scan.h"
#include "image/image_format.h"

namespace relprompt::data {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// The first of the folders that exists, below the root; where it should be if there is none.
fs::path first_folder(const fs::path& root, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (is_folder(root / folder)) return root / folder;
  }
  return root / folders.front();
}

bool holds_any(const fs::path& root, const std::vector<std::string>& folders) {
  return is_folder(first_folder(root, folders));
}

fs::path real_root(const Layout& layout, const fs::path& given) {
  if (holds_any(given, layout.images)) return given;
  for (const std::string& home : layout.homes) {
    if (holds_any(given / home, layout.images)) return given / home;
  }
  return given;
}

// The files of the first way to list the samples that is there; empty if there is none.
std::vector<std::string> chosen_lists(const Layout& layout, const fs::path& root) {
  for (const auto& files : layout.lists) {
    if (std::all_of(files.begin(), files.end(),
                    [&](const std::string& file) { return is_file(root / file); })) {
      return files;
    }
  }
  return {};
}

std::string endings_of(const Layout& layout) {
  std::vector<std::string> all;
  for (const auto& style : layout.mask_styles) all.insert(all.end(), style.begin(), style.end());
  return fmt::format("*{}", fmt::join(all, ", *"));
}

std::string tree(const Layout& layout, const fs::path& root) {
  const auto line = [](const std::string& names, const char* what, bool found) {
    return fmt::format("\n    {}  {} ({})", names, what, found ? "found" : "missing");
  };
  const auto folders = [](const std::vector<std::string>& names, const std::string& files) {
    return fmt::format("{}/{}", fmt::join(names, fmt::format("/{} or ", files)), files);
  };
  std::string text = "expected below it:";
  text += line(folders(layout.images, "*" + layout.image_ending + ".jpg"), "the images",
               holds_any(root, layout.images));
  text += line(folders(layout.masks, endings_of(layout)), "the labels", holds_any(root, layout.masks));
  if (layout.list_required) {
    std::vector<std::string> ways;
    for (const auto& files : layout.lists) ways.push_back(fmt::format("{}", fmt::join(files, " with ")));
    text += line(fmt::format("{}", fmt::join(ways, " or ")), "a name a line",
                 !chosen_lists(layout, root).empty());
  }
  if (!layout.class_list.empty()) {
    text += line(layout.class_list, "a class name a line, the first is label 0",
                 is_file(root / layout.class_list));
  }
  return text;
}

[[noreturn]] void fail(const Layout& layout, const DatasetSpec& spec, const fs::path& root,
                       const std::string& problem) {
  throw Error(ErrorCode::kNotFound,
              fmt::format("{} is no root of a {} data set with a split \"{}\": {}", root.string(), spec.kind,
                          spec.split, problem),
              tree(layout, root));
}

void require_tree(const Layout& layout, const DatasetSpec& spec, const fs::path& root) {
  if (!is_folder(root)) fail(layout, spec, root, "there is no such folder");
  if (!holds_any(root, layout.images)) {
    fail(layout, spec, root, fmt::format("no folder {}", fmt::join(layout.images, " or ")));
  }
  if (!holds_any(root, layout.masks)) {
    fail(layout, spec, root, fmt::format("no folder {}", fmt::join(layout.masks, " or ")));
  }
  if (layout.list_required && chosen_lists(layout, root).empty()) {
    fail(layout, spec, root, fmt::format("no list {}", fmt::join(layout.lists.front(), " with ")));
  }
  if (!layout.class_list.empty() && !is_file(root / layout.class_list)) {
    fail(layout, spec, root, fmt::format("no class list {}", layout.class_list));
  }
}

// What the caller chose replaces what the kind has.
void apply_choices(Layout& layout, const DatasetSpec& spec) {
  if (!spec.images.empty()) layout.images = {spec.images.generic_string()};
  if (!spec.masks.empty()) layout.masks = {spec.masks.generic_string()};
  if (!spec.list.empty()) {
    layout.lists = {{spec.list.generic_string()}};
    layout.list_required = true;
  }
}

// [style] the masks of that style. A file counts for the first style that its ending fits.
std::vector<FilesByName> masks_by_style(const Layout& layout, const fs::path& root,
                                        std::vector<std::string>& spare) {
  std::vector<FilesByName> styles(layout.mask_styles.size());
  for (std::size_t style = 0; style < styles.size(); ++style) {
    const auto name_of = [&](const std::string& relative) {
      for (std::size_t earlier = 0; earlier < style; ++earlier) {
        if (!without_ending(relative, layout.mask_styles[earlier]).empty()) return std::string();
      }
      return without_ending(relative, layout.mask_styles[style]);
    };
    for (const std::string& folder : layout.masks) {
      // Earlier folders win: merge keeps what is there.
      if (is_folder(root / folder)) styles[style].merge(scan(root / folder, name_of, spare));
    }
  }
  return styles;
}

FilesByName images_of(const Layout& layout, const fs::path& root, std::vector<std::string>& spare) {
  return scan(
      first_folder(root, layout.images),
      [&](const std::string& relative) {
        const fs::path path(relative);
        if (!image::has_image_extension(path)) return std::string();
        const auto name = (path.parent_path() / path.stem()).generic_string();
        return layout.image_ending.empty() ? name : without_ending(name, std::vector{layout.image_ending});
      },
      spare);
}

std::vector<std::string> names_of(const FilesByName& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.first);
  return names;
}

}  // namespace

Found find_files(Layout layout, const DatasetSpec& spec) {
  apply_choices(layout, spec);
  const fs::path root = real_root(layout, spec.root);
  require_tree(layout, spec, root);

  Found found;
  found.root = root.string();
  std::vector<std::string> spare;
  const FilesByName images = images_of(layout, root, spare);
  const std::vector<FilesByName> styles = masks_by_style(layout, root, spare);
  found.mask_style = layout.first_style;
  while (found.mask_style + 1 < styles.size() && styles[found.mask_style].empty()) ++found.mask_style;
  const FilesByName& masks = styles[found.mask_style];

  const std::vector<std::string> lists = chosen_lists(layout, root);
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    const auto more = read_names(root / list);
    names.insert(names.end(), more.begin(), more.end());
  }
  if (lists.empty()) names = names_of(layout.names_from == NamesFrom::kImages ? images : masks);
  if (names.empty()) fail(layout, spec, root, "it has no sample");

  const std::string image_home = first_folder(root, layout.images).string(),
                    mask_home = first_folder(root, layout.masks).string();
  for (const std::string& listed : names) {
    // Only folders that were found count: a list cannot point outside of the data set.
    const bool known = images.count(listed) > 0 || masks.count(listed) > 0;
    const std::string name = known ? listed : fs::path(listed).filename().string();
    const auto image = images.find(name), mask = masks.find(name);
    found.pairs.push_back(
        {name,
         image != images.end() ? image->second
                               : fmt::format("{}/{}{}.jpg", image_home, name, layout.image_ending),
         mask != masks.end()
             ? mask->second
             : fmt::format("{}/{}{}", mask_home, name, layout.mask_styles[found.mask_style].front())});
  }
  if (lists.empty() && layout.names_from == NamesFrom::kImages) {
    found.unpaired = std::move(spare);
    for (const auto& mask : masks) {
      if (images.count(mask.first) == 0) found.unpaired.push_back(mask.second);
    }
    std::sort(found.unpaired.begin(), found.unpaired.end());
  }
  return found;
}

}  // namespace relprompt::data
