// relprompt train and eval as a user meets them: killed, out of space, on two workers, misused.
#include <chrono>
#include <csignal>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>

#include "base/random.h"
#include "edit_tensor.h"
#include "program.h"
#include "toy_run.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Train : public testing::Test {
 protected:
  Train() {
    write_toy_set(place_ / "set", 10, 3);
    write_toy_clip(place_ / "clip");
    write_text(place_ / "toy.yaml", toy_config());
  }

  static std::vector<std::string> command(const std::string& output,
                                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"train", "toy.yaml", "--clip", "clip", "--data", "set", "-o", output};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::string prompts(const std::string& run) const {
    return read_text(place_ / run / "last/prompts.safetensors");
  }

  Workplace place_;
};

TEST_F(Train, TellsWhatItDoesAndWhatCameOfIt) {
  const auto outcome = place_.run(command("run", {"--json"}));
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("8 images, 2 held out"), HasSubstr("8/8"), HasSubstr("mIoU")));
  EXPECT_EQ(json::parse(outcome.out)["iterations"], 8);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("IoU %  pixels %\n  red"), HasSubstr("now: relprompt segment IMAGE --model")));
  const auto again = place_.run({"train", "--resume", "run"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr("nothing to do"));
}

TEST_F(Train, ResumingTakesALongerRunAndNothingElse) {
  ASSERT_EQ(place_.run(command("run", {"--quiet"})).status, 0);
  const auto longer = place_.run({"train", "--resume", "run", "--set", "train.iterations=12", "--json"});
  EXPECT_EQ(longer.status, 0) << longer;
  EXPECT_EQ(json::parse(longer.out)["iterations"], 12);
  for (const char* change : {"train.batch=2", "train.iterations=many", "train.iterations=9"}) {
    const auto outcome = place_.run({"train", "--resume", "run", "--set", change});
    EXPECT_EQ(outcome.status, 2) << outcome;
  }
}

TEST_F(Train, KilledAtRandomMomentsEndsWithTheSameBits) {
  const std::vector<std::string> longer = {"--set", "train.iterations=60"};
  ASSERT_EQ(place_.run(command("steady", longer)).status, 0);
  SplitMix64 random(11);
  const auto begin = std::chrono::steady_clock::now();
  int kills = 0;
  auto process = place_.start(command("run", longer));
  for (bool first = true;; first = false) {
    // A first kill before the config is written would leave nothing to resume.
    while (first && !fs::exists(place_ / "run/config.yaml"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(random.next() % 700));
    ::kill(process, SIGKILL);
    const auto outcome = place_.wait(process);
    if (outcome.status != 128 + SIGKILL) {
      EXPECT_EQ(outcome.status, 0) << outcome;
      break;
    }
    ++kills;
    const bool enough = kills >= 6 || std::chrono::steady_clock::now() - begin > std::chrono::seconds(60);
    if (enough) {
      const auto last = place_.run({"train", "--resume", "run"});
      EXPECT_EQ(last.status, 0) << last;
      break;
    }
    process = place_.start({"train", "--resume", "run"});
  }
  EXPECT_GE(kills, 1);
  EXPECT_EQ(prompts("run"), prompts("steady"));
}

TEST_F(Train, ControlCWritesACheckpointAndSaysHowToGoOn) {
  const auto process = place_.start(command("run", {"--set", "train.iterations=100000"}));
  const auto log = place_ / "run/log.jsonl";
  for (int i = 0; i < 30'000 && (!fs::exists(log) || fs::file_size(log) < 500); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(process, SIGINT);
  const auto outcome = place_.wait(process);
  EXPECT_EQ(outcome.status, 130) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("stopped after iteration"), HasSubstr("--resume")));
  EXPECT_TRUE(fs::exists(place_ / "run/checkpoint.safetensors"));
}

TEST_F(Train, AFullDiskKeepsTheOlderCheckpoint) {
  // A checkpoint is three times the size of the prompts, so a limit between the two strikes at the first one.
  ASSERT_EQ(place_.run(command("steady")).status, 0);
  const auto size = fs::file_size(place_ / "steady/checkpoint.safetensors");
  place_.file_size_limit = size - 1000;
  const auto outcome = place_.run(command("full"));
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("no checkpoint after iteration 3"), HasSubstr("--resume")));
  EXPECT_FALSE(fs::exists(place_ / "full/checkpoint.safetensors"));
  place_.file_size_limit = 0;
  EXPECT_EQ(place_.run({"train", "--resume", "full"}).status, 0);
  EXPECT_EQ(prompts("full"), prompts("steady"));
}

TEST_F(Train, MistakesAreNamed) {
  auto outcome = place_.run(command("run", {"--set", "train.itertions=3"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("itertions"), HasSubstr("iterations")));
  outcome = place_.run({"train", "toy.yaml", "--clip", "clip", "--data", "clip", "-o", "run"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("images/train"));
  outcome = place_.run({"train", "--resume", "run", "--data", "set"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("config.yaml"));
  outcome = place_.run({"train", "--resume", "nothing"});
  EXPECT_EQ(outcome.status, 3);
  outcome = place_.run({"train", "toy.yaml", "--clip", "set", "--data", "set", "-o", "run"});
  EXPECT_EQ(outcome.status, 4) << outcome;
  outcome = place_.run({"train", "none.yaml", "--clip", "clip", "--data", "set", "-o", "run"});
  EXPECT_EQ(outcome.status, 3);
  outcome = place_.run({"eval", "toy.yaml", "--data", "set"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_FALSE(fs::exists(place_ / "run"));
  write_text(place_ / "set/images/train/103.png", "broken");
  outcome = place_.run(command("run"));
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("103.png"));
  outcome = place_.run(command("other", {"--set", "train.bad_sample=skip"}));
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("left out"), HasSubstr("103.png")));
}

TEST_F(Train, ADivergedRunStopsAndKeepsItsCheckpoint) {
  const auto outcome =
      place_.run(command("run", {"--set", "optimizer.rate=1e30", "--set", "train.checkpoint_every=1", "--set",
                                 "train.warmup_iterations=0"}));
  EXPECT_EQ(outcome.status, 5) << outcome;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("iteration"), HasSubstr("images of this batch: 1")));
  EXPECT_TRUE(fs::exists(place_ / "run/checkpoint.safetensors"));
}

TEST_F(Train, EvaluatesBySettingsOfTheCommandLine) {
  const auto outcome = place_.run({"eval", "toy.yaml", "--model", "clip", "--data", "set", "-o", "report",
                                   "--json", "--image-scores", "--set", "test.average=all"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["protocol"]["average"], "all");
  EXPECT_EQ(place_.files("report"), (std::vector<std::string>{"confusion.png", "image_scores.jsonl",
                                                              "report.json", "report.md", "sheet.png"}));
}

TEST_F(Train, AClipThatIsNoNumbersIsNamed) {
  edit_tensor(place_ / "clip/clip.safetensors", "visual.ln_pre.bias",
              [](float) { return std::numeric_limits<float>::infinity(); });
  const Outcome outcome = place_.run(command("run"));
  EXPECT_EQ(outcome.status, 4) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("visual.ln_pre.bias holds numbers that are infinite")) << outcome;
}

}  // namespace
}  // namespace relprompt::test
