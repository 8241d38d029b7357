// relprompt help, and the examples that the help of every command begins with.
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>

#include "program.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Help, OfACommandIsThatOfTheSwitch) {
  const Workplace place;
  EXPECT_EQ(place.run({"help", "segment"}).out, place.run({"segment", "--help"}).out);
  EXPECT_EQ(place.run({"help", "data", "check"}).out, place.run({"data", "check", "--help"}).out);
  EXPECT_EQ(place.run({"help"}).out, place.run({"--help"}).out);
}

TEST(Help, UnknownCommandSuggestsTheNearest) {
  const Workplace place;
  const auto outcome = place.run({"help", "segmnt"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("did you mean segment?"));
  EXPECT_EQ(place.run({"help", "segment", "more"}).status, 2);
}

/// The first example in a help text, a line.
std::string first_example(const std::string& help) {
  const std::size_t head = help.find("\nExample");
  const std::size_t start = help.find("\n  ", head == std::string::npos ? help.size() : head);
  if (start == std::string::npos) return "";
  return help.substr(start + 3, help.find('\n', start + 1) - start - 3);
}

std::vector<std::string> commands_with_examples() {
  std::vector<std::string> names = {"segment",
                                    "info",
                                    "classes",
                                    "import",
                                    "data check",
                                    "world",
                                    "eval",
                                    "analyze attention",
                                    "analyze distance",
                                    "analyze sheet",
                                    "bench",
                                    "quantize",
                                    "merge",
                                    "help"};
  const auto lib = fs::path(RELPROMPT_PROGRAM).parent_path().parent_path() / "lib";
  if (fs::exists(lib / "librelprompt-raster.so")) names.emplace_back("raster");
  if (std::filesystem::exists(RELPROMPT_VIDEO_LIBRARY)) names.emplace_back("video");
#ifdef RELPROMPT_TESTS_TRAINING
  names.insert(names.end(), {"train", "pretrain", "experiments"});
#endif
  return names;
}

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, RunAsTheyStandInTheProjectsFolder) {
  const Workplace place;
  for (const char* name : {"examples", "models", "configs"}) {
    fs::create_directory_symlink(fs::path(RELPROMPT_SOURCE_DIR) / name, place / name);
  }
  std::vector<std::string> help;
  std::istringstream words(GetParam());
  for (std::string word; words >> word;) help.push_back(word);
  help.emplace_back("--help");
  const std::string example = first_example(place.run(help).out);
  ASSERT_THAT(example, HasSubstr("relprompt " + GetParam()));
  const fs::path bin = fs::path(RELPROMPT_PROGRAM).parent_path();
  const std::string line = "cd '" + place.path().string() +
                           "' && export RELPROMPT_CONFIG=off XDG_CACHE_HOME='" + place.cache().string() +
                           "' PATH='" + bin.string() + "':\"$PATH\"; exec >said 2>&1; " + example;
  EXPECT_EQ(std::system(line.c_str()), 0) << example << "\n" << read_text(place / "said");
}

INSTANTIATE_TEST_SUITE_P(Help, Examples, testing::ValuesIn(commands_with_examples()),
                         [](const auto& example) {
                           std::string name = example.param;
                           for (char& c : name) c = c == ' ' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace relprompt::test
