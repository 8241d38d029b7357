// Interrupting a run and going on with it.
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr int kPhotos = 60;

class Resume : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_photo(place_ / "in/00.png", 300, 400);
  }

  std::vector<std::string> command(const std::string& classes, bool resume) const {
    std::vector<std::string> words = {
        "segment", "in",         "--json", "-c",  classes,        "--model", "tiny.safetensors",
        "--vocab", "merges.txt", "-o",     "out", "--short-side", "64",      "--window",
        "64",      "--stride",   "16"};
    if (resume) words.emplace_back("--resume");
    return words;
  }

  json totals(const std::string& classes, bool resume) const {
    const Outcome outcome = place_.run(command(classes, resume));
    EXPECT_EQ(outcome.status, 0) << outcome;
    return json::parse(outcome.out)["totals"];
  }

  bool wait_for(const fs::path& path) const {
    for (int tries = 0; tries < 30'000 && !fs::exists(path); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return fs::exists(path);
  }

  Workplace place_;
};

TEST_F(Resume, SkipsWhatIsDone) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  const json again = totals("road, sky", true);
  EXPECT_EQ(again["done"], 0);
  EXPECT_EQ(again["skipped"], 1);
}

TEST_F(Resume, DoesAgainWhatLacksAFile) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  fs::remove(place_ / "out/00.labels.png");
  EXPECT_EQ(totals("road, sky", true)["done"], 1);
  EXPECT_TRUE(fs::exists(place_ / "out/00.labels.png"));
}

TEST_F(Resume, DoesNotMixResultsOfOtherClasses) {
  EXPECT_EQ(totals("road, sky", false)["done"], 1);
  EXPECT_EQ(totals("road, car", true)["done"], 1);
  EXPECT_EQ(json::parse(read_text(place_ / "out/00.json"))["classes"][1]["name"], "car");
}

TEST_F(Resume, InterruptedRunEndsCleanlyAndGoesOn) {
  for (int i = 1; i < kPhotos; ++i) {
    fs::copy_file(place_ / "in/00.png",
                  place_ / ("in/" + std::string(i < 10 ? "0" : "") + std::to_string(i) + ".png"));
  }
  const pid_t process = place_.start(command("road, sky", false));
  ASSERT_TRUE(wait_for(place_ / "out/00.json"));
  ::kill(process, SIGINT);
  const Outcome outcome = place_.wait(process);
  ASSERT_EQ(outcome.status, 130) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("--resume")) << outcome;
  const int done = json::parse(outcome.out)["totals"]["done"];
  EXPECT_LT(done, kPhotos);
  EXPECT_EQ(place_.files("out").size(), static_cast<std::size_t>(done) * 3)
      << "whole photos only, no temporary file";
  const json rest = totals("road, sky", true);
  EXPECT_EQ(rest["skipped"], done);
  EXPECT_EQ(rest["done"], kPhotos - done);
}

}  // namespace
}  // namespace relprompt::test
