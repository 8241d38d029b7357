// ctest `tooling/includes`: check_includes SOURCE_ROOT. Exit status 0 if every include follows
// scripts/include_edges.txt, 1 with the list of offending lines otherwise, 2 if the check cannot run.
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>

#include "include_rules.h"

namespace {

relprompt::tooling::EdgeTable read_table(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw std::runtime_error("cannot read " + path.string());
  return relprompt::tooling::parse_edges(text.str());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: check_includes SOURCE_ROOT\n";
    return 2;
  }
  try {
    const std::filesystem::path root = std::filesystem::canonical(arguments[1]);
    const auto found =
        relprompt::tooling::check_tree(root, read_table(root / "scripts" / "include_edges.txt"));
    for (const auto& line : found.warnings) std::cout << "note: " << line << "\n";
    for (const auto& line : found.violations) std::cout << line << "\n";
    std::cout << found.files << " files, " << found.includes << " includes, " << found.violations.size()
              << " violations\n";
    // A walk that saw nothing proves nothing.
    return found.violations.empty() && found.includes > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
