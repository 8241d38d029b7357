// Paths that the file system itself refuses (names that are too long, links in a circle) in every place where
// a command takes a path: the command's usual status for a bad path, never the one for a bug.
#include <gmock/gmock.h>

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

struct Place {
  const char* what;
  std::vector<std::string> command;  ///< "@" stands for the path
  int status;
};

const std::vector<Place> kPlaces = {
    {"model", {"info", "@"}, 4},
    {"model to import", {"import", "@", "-o", "out"}, 4},
    {"vocabulary to import", {"import", "tiny.safetensors", "-o", "out", "--vocab", "@"}, 2},
    {"imported model", {"import", "tiny.safetensors", "-o", "@/x"}, 3},
    {"made model", {"init", "--arch", "ViT-B-32", "-o", "@/x"}, 3},
    {"model to segment with", {"segment", "a.png", "-m", "@", "-c", "road", "-o", "out"}, 4},
    {"vocabulary", {"segment", "a.png", "-m", "model", "-c", "road", "-o", "out", "--vocab", "@"}, 2},
    {"image", {"segment", "@", "-m", "model", "-c", "road", "-o", "out"}, 3},
    {"class file", {"segment", "a.png", "-m", "model", "--class-file", "@", "-o", "out"}, 2},
    {"templates", {"segment", "a.png", "-m", "model", "-c", "road", "--templates", "@", "-o", "out"}, 2},
    {"results", {"segment", "a.png", "-m", "model", "-c", "road", "-o", "@/x"}, 3},
    {"model to bench", {"bench", "-m", "@"}, 4},
    {"kind of data", {"data", "check", "@", "--data", "set"}, 3},
    {"data", {"data", "check", "folder", "--data", "@"}, 3},
    {"scenes", {"world", "--scenes", "2", "--size", "64", "-o", "@/x"}, 3},
#ifdef RELPROMPT_TESTS_TRAINING
    {"config", {"train", "@", "--clip", "model", "--data", "set", "-o", "out"}, 3},
    {"run", {"train", "--resume", "@"}, 3},
    {"suite", {"experiments", "@", "-o", "out"}, 3},
#endif
};

class StrangePaths : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    write_tiny_clip(place_->path());
    write_test_image(*place_ / "a.png");
    ASSERT_EQ(place_->run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
    fs::create_symlink("circle", *place_ / "circle");
  }
  static void TearDownTestSuite() {
    delete place_;
    place_ = nullptr;
  }
  static Workplace* place_;
};

Workplace* StrangePaths::place_ = nullptr;

TEST_P(StrangePaths, AreBadPathsAndNoBugs) {
  for (const Place& place : kPlaces) {
    std::vector<std::string> command = place.command;
    for (std::string& word : command) {
      if (word[0] == '@') word.replace(0, 1, GetParam());
    }
    const Outcome outcome = place_->run(command);
    EXPECT_EQ(outcome.status, place.status) << place.what << ": " << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("relprompt: error: ")) << place.what;
    EXPECT_THAT(outcome.out, IsEmpty()) << place.what;
    EXPECT_FALSE(fs::exists(*place_ / "out")) << place.what;
  }
}

std::string long_path() {
  std::string path;
  for (int i = 0; i < 30; ++i) path += std::string(200, 'x') + "/";
  return path + "x";
}

std::string name_of_path(const testing::TestParamInfo<std::string>& tested) {
  const char* const known[] = {"LongName", "LongPath", "Circle", "BelowACircle"};
  return known[tested.index];
}

INSTANTIATE_TEST_SUITE_P(All, StrangePaths,
                         testing::Values(std::string(300, 'x'), long_path(), "circle", "circle/x"),
                         name_of_path);

}  // namespace
}  // namespace relprompt::test
