#include "image/output_names.h"

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <unicode/unistr.h>

#include "base/paths.h"

namespace relprompt::image {
namespace {

namespace fs = std::filesystem;

// Equal for names that a case-insensitive file system takes for one.
std::string folded(const fs::path& path) {
  std::string key;
  icu::UnicodeString::fromUTF8(path.generic_string()).foldCase().toUTF8String(key);
  return key;
}

fs::path folder_below_root(const Input& input) {
  const fs::path below = input.path.lexically_relative(input.root.empty() ? fs::path(".") : input.root);
  // A path that does not lie below its root (never so from find_images) may not climb out of the output.
  if (below.empty() || *below.begin() == ".." || below.is_absolute()) return {};
  return below.parent_path().lexically_normal();
}

fs::path name_of_root(const Input& input) {
  const fs::path full = absolute_path(input.root.empty() ? fs::path(".") : input.root).lexically_normal();
  return full.has_filename() ? full.filename() : full.parent_path().filename();
}

constexpr int kLastLevel = 2;

// Level 0: folders/a; 1: folders/a.jpg; 2: root/folders/a.jpg.
fs::path name_at(const Input& input, int level) {
  const fs::path name = level == 0 ? input.path.stem() : input.path.filename();
  const fs::path below = folder_below_root(input) / name;
  return level == kLastLevel ? name_of_root(input) / below : below;
}

}  // namespace

std::vector<fs::path> output_stems(const std::vector<Input>& inputs, const fs::path& output_folder) {
  std::vector<int> levels(inputs.size(), 0);
  std::vector<fs::path> names(inputs.size());
  // Raising one clashing name may hit another (a.jpg beside a.jpg.png), hence repeat until nothing moves;
  // levels only grow, so this ends.
  for (bool moved = true; moved;) {
    moved = false;
    std::map<std::string, std::vector<std::size_t>> users;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      names[i] = name_at(inputs[i], levels[i]);
      users[folded(names[i])].push_back(i);
    }
    for (const auto& [name, group] : users) {
      if (group.size() < 2) continue;
      for (const std::size_t i : group) {
        if (levels[i] == kLastLevel) continue;
        ++levels[i];
        moved = true;
      }
    }
  }
  std::set<std::string> taken;
  for (const fs::path& name : names) taken.insert(folded(name));
  std::set<std::string> used;
  for (fs::path& name : names) {
    if (!used.insert(folded(name)).second) {
      const fs::path shared = name;
      for (int number = 2; !taken.insert(folded(name)).second; ++number) {
        name = shared;
        name += fmt::format("~{}", number);
      }
      used.insert(folded(name));
    }
    name = output_folder / name;
  }
  return names;
}

}  // namespace relprompt::image
