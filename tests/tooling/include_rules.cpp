// Parsing is by line: directives start a line in this project, and a scanner that a reader can follow in a
// minute is worth more here than a preprocessor.
#include "include_rules.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace relprompt::tooling {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPublic = "relprompt";  // include/relprompt, which every area may use

const std::set<std::string, std::less<>> kThirdParty{"torch", "opencv"};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view first_folder(std::string_view path) {
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

/// The library behind a header's first folder, for the libraries that the table governs.
std::string_view third_party(std::string_view path) {
  const auto folder = first_folder(path);
  if (folder == "torch" || folder == "ATen" || folder == "c10" || folder == "caffe2") return "torch";
  if (folder == "opencv2" || folder == "opencv4") return "opencv";
  return {};
}

struct Directive {
  std::string path;  ///< empty if the target is no literal
};

std::optional<Directive> parse_include(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.front() != '#') return std::nullopt;
  line = trim(line.substr(1));
  constexpr std::string_view kWord = "include";
  if (line.substr(0, kWord.size()) != kWord) return std::nullopt;
  line = trim(line.substr(kWord.size()));
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return Directive{};
  const auto end = line.find(line.front() == '"' ? '"' : '>', 1);
  if (end == std::string_view::npos) return Directive{};
  return Directive{std::string(line.substr(1, end - 1))};
}

/// Judges the files of one area and collects what is wrong with them.
class AreaCheck {
 public:
  AreaCheck(const fs::path& root, std::string area, const EdgeTable& edges, Findings& findings)
      : root_(root), area_(std::move(area)), edges_(edges), findings_(findings) {}

  void check(const fs::path& file) {
    ++findings_.files;
    std::ifstream stream(file);
    if (!stream) return violation(file, 1, "cannot be read");
    bool guarded = false;
    int number = 0;
    for (std::string line; std::getline(stream, line);) {
      ++number;
      if (trim(line) == "#pragma once") guarded = true;
      if (const auto include = parse_include(line)) check_include(file, number, include->path);
    }
    if (file.extension() == ".h" && !guarded) violation(file, 1, "a header needs #pragma once");
    const auto length = std::to_string(number) + " lines";
    if (number > kMaxLines) {
      violation(file, number, length + ", the cap is " + std::to_string(kMaxLines) + ": split it");
    } else if (number > kLongLines) {
      findings_.warnings.push_back(place(file, number) + length + ", long for one idea");
    }
  }

 private:
  void check_include(const fs::path& file, int line, const std::string& path) {
    ++findings_.includes;
    if (path.empty()) return violation(file, line, "an include must name its file literally");
    if (path.find("..") != std::string::npos) {
      return violation(file, line, "\"" + path + "\" goes up: write \"area/file.h\"");
    }
    if (area_ == kPublic) return check_public(file, line, path);

    const auto library = third_party(path);
    if (!library.empty() && !allowed(library)) {
      return violation(file, line, "<" + path + ">: " + area_ + " may not use " + std::string(library));
    }
    const std::string target(first_folder(path));
    if (target == kPublic || target == area_ || edges_.count(target) == 0) return;
    if (!allowed(target)) violation(file, line, area_ + " may not include \"" + path + "\"");
  }

  /// Users of the library compile these headers without any of our dependencies.
  void check_public(const fs::path& file, int line, const std::string& path) {
    const bool standard = path.find_first_of("/.") == std::string::npos;
    if (standard || first_folder(path) == kPublic) return;
    violation(file, line, "public headers include only relprompt/* and the standard library, not " + path);
  }

  bool allowed(std::string_view target) const {
    const auto row = edges_.find(area_);
    return row != edges_.end() && row->second.count(std::string(target)) > 0;
  }

  std::string place(const fs::path& file, int line) const {
    return fs::relative(file, root_).generic_string() + ":" + std::to_string(line) + ": ";
  }

  void violation(const fs::path& file, int line, const std::string& sentence) {
    findings_.violations.push_back(place(file, line) + sentence);
  }

  const fs::path& root_;
  const std::string area_;
  const EdgeTable& edges_;
  Findings& findings_;
};

std::vector<fs::path> sources_below(const fs::path& folder) {
  static const std::set<std::string> kExtensions{".h", ".hpp", ".cpp", ".cc", ".cu", ".inc"};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && kExtensions.count(entry.path().extension().string()) > 0) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Every folder right below src/ or apps/ is an area and must have a line in the table.
void check_areas(const fs::path& root, const fs::path& parent, const EdgeTable& edges, Findings& findings) {
  if (!fs::is_directory(parent)) return;
  std::vector<fs::path> areas;
  for (const auto& entry : fs::directory_iterator(parent)) areas.push_back(entry.path());
  std::sort(areas.begin(), areas.end());
  for (const auto& area : areas) {
    const std::string name = area.filename().string();
    const std::string place = fs::relative(area, root).generic_string() + ":1: ";
    if (!fs::is_directory(area)) {
      if (area.extension() == ".cpp" || area.extension() == ".h") {
        findings.violations.push_back(place + "a source file outside every area");
      }
      continue;
    }
    if (edges.count(name) == 0) {
      findings.violations.push_back(place + "area '" + name + "' has no line in scripts/include_edges.txt");
      continue;
    }
    AreaCheck check(root, name, edges, findings);
    for (const auto& file : sources_below(area)) check.check(file);
  }
}

}  // namespace

EdgeTable parse_edges(std::string_view text) {
  EdgeTable edges;
  std::istringstream stream{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const auto content = trim(std::string_view(line).substr(0, line.find('#')));
    if (content.empty()) continue;
    const auto fail = [&](const std::string& sentence) {
      throw std::runtime_error("include_edges.txt:" + std::to_string(number) + ": " + sentence);
    };
    const auto colon = content.find(':');
    if (colon == std::string_view::npos) fail("expected 'area: allowed areas'");
    const std::string area(trim(content.substr(0, colon)));
    if (area.empty() || area == kPublic || edges.count(area) > 0)
      fail("'" + area + "' cannot be listed here");
    std::set<std::string> allowed;
    std::istringstream names{std::string(content.substr(colon + 1))};
    for (std::string name; names >> name;) {
      if (kThirdParty.count(name) == 0 && edges.count(name) == 0) fail("'" + name + "' is not listed above");
      allowed.insert(name);
    }
    edges.emplace(area, std::move(allowed));
  }
  return edges;
}

Findings check_tree(const fs::path& root, const EdgeTable& edges) {
  Findings findings;
  check_areas(root, root / "src", edges, findings);
  check_areas(root, root / "apps", edges, findings);
  if (fs::is_directory(root / "python" / "src")) {
    AreaCheck check(root, "python", edges, findings);
    for (const auto& file : sources_below(root / "python" / "src")) check.check(file);
  }
  if (fs::is_directory(root / "include")) {
    AreaCheck check(root, kPublic, edges, findings);
    for (const auto& file : sources_below(root / "include")) check.check(file);
  }
  return findings;
}

}  // namespace relprompt::tooling
