// The pages in docs/guide/recipes: their command lines run as they are written, in the project's folder.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "program.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

/// What needs a network, data of others, other programs, or does not end.
bool runs_here(const std::string& line) {
  for (const char* word :
       {"relprompt serve", "openai/", "VOC2012", "runs/voc", "cmake", "curl", "pip", "head -c", "scripts/"}) {
    if (line.find(word) != std::string::npos) return false;
  }
#ifndef RELPROMPT_TESTS_TRAINING
  if (line.find("relprompt train") != std::string::npos || line.find("runs/") != std::string::npos)
    return false;
#endif
  return line.compare(0, 10, "relprompt ") == 0;
}

/// The command lines of a page, and the files that it shows ("# NAME.yaml" is their first line), which are
/// written.
std::vector<std::string> commands_of(const fs::path& page, const fs::path& folder) {
  std::vector<std::string> commands;
  std::istringstream lines(read_text(page));
  bool in_block = false, begins = false;
  std::ofstream file;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      begins = !in_block;
      in_block = !in_block;
      file.close();
      continue;
    }
    if (!in_block) continue;
    const std::string ending = ".yaml";
    if (begins && line.rfind("# ", 0) == 0 && line.size() > 7 && line.substr(line.size() - 5) == ending) {
      file.open(folder / line.substr(2));
    }
    begins = false;
    if (file.is_open()) {
      file << line << "\n";
      continue;
    }
    for (std::string more; !line.empty() && line.back() == '\\' && std::getline(lines, more);) {
      line.pop_back();
      line += more;
    }
    if (runs_here(line)) commands.push_back(line);
  }
  return commands;
}

class Recipes : public testing::TestWithParam<std::string> {};

TEST_P(Recipes, RunAsTheyAreWritten) {
  const Workplace place;
  for (const char* name : {"examples", "models", "configs"}) {
    fs::create_directory_symlink(fs::path(RELPROMPT_SOURCE_DIR) / name, place / name);
  }
  const auto commands =
      commands_of(fs::path(RELPROMPT_SOURCE_DIR) / "docs/guide/recipes" / (GetParam() + ".md"), place.path());
  EXPECT_THAT(commands, testing::Not(testing::IsEmpty()));
  for (const std::string& command : commands) {
    const std::string line = "cd '" + place.path().string() +
                             "' && export RELPROMPT_CONFIG=off XDG_CACHE_HOME='" + place.cache().string() +
                             "' PATH='" + fs::path(RELPROMPT_PROGRAM).parent_path().string() +
                             "':\"$PATH\"; exec >said 2>&1; " + command;
    EXPECT_EQ(std::system(line.c_str()), 0) << command << "\n" << read_text(place / "said");
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Recipes,
                         testing::Values("own_classes", "background", "own_data_set", "quantize"),
                         [](const auto& page) { return page.param; });

}  // namespace
}  // namespace relprompt::test
