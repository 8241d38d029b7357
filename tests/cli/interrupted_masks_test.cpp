// Files about all images of a run, when the run is interrupted or killed and goes on.
#include <csignal>

#include <gmock/gmock.h>

#include "mask_formats.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class InterruptedRun : public MaskFormats {
 protected:
  static constexpr int kImages = 16;

  void SetUp() override {
    MaskFormats::SetUp();
    write_test_image(place_ / "in/00.png", 300, 400);
    for (int i = 1; i < kImages; ++i)
      fs::copy_file(place_ / "in/00.png", place_ / ("in/" + std::to_string(100 + i) + ".png"));
  }

  /// More work an image than in the other tests, so that there is something to interrupt.
  std::vector<std::string> command(const std::string& output, bool resume) const {
    std::vector<std::string> words = {
        "segment",      "in",         "-c",       "road, sky", "--model",  "tiny.safetensors",
        "--vocab",      "merges.txt", "--save",   "coco,cvat", "-o",       output,
        "--short-side", "64",         "--window", "64",        "--stride", "16"};
    if (resume) words.insert(words.end(), {"--resume", "--json"});
    return words;
  }

  /// Ends the run by the signal when the first image is done, the second perhaps, goes on, and compares with
  /// a run in one go.
  void interrupt_and_resume(int signal) {
    const pid_t process = place_.start(command("out", false));
    ASSERT_TRUE(wait_for("out/.relprompt-parts/101.cvat"));
    ::kill(process, signal);
    const Outcome outcome = place_.wait(process);
    ASSERT_EQ(outcome.status, 128 + signal) << outcome;
    EXPECT_THAT(place_.files("out"), Not(Contains("coco.json"))) << "it would not be complete";
    const Outcome rest = place_.run(command("out", true));
    ASSERT_EQ(rest.status, 0) << rest;
    const json totals = json::parse(rest.out)["totals"];
    EXPECT_GT(totals["skipped"], 0) << rest;
    EXPECT_EQ(totals["skipped"].get<int>() + totals["done"].get<int>(), kImages + 2);
    ASSERT_EQ(place_.run(command("whole", false)).status, 0);
    EXPECT_EQ(read_text(place_ / "out/coco.json"), read_text(place_ / "whole/coco.json"));
    EXPECT_EQ(read_text(place_ / "out/cvat.zip"), read_text(place_ / "whole/cvat.zip"));
    EXPECT_THAT(place_.files("out"), ElementsAre("coco.json", "cvat.zip")) << "no temporary file";
  }
};

TEST_F(InterruptedRun, GoesOn) {
  interrupt_and_resume(SIGINT);
}

TEST_F(InterruptedRun, GoesOnAfterAKill) {
  interrupt_and_resume(SIGKILL);
}

}  // namespace
}  // namespace relprompt::test
