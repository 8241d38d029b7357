// relprompt import over a model that is there: replaced as a whole, only when asked for, only after the new
// one was opened, and never together with anything else.
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class ReplaceModel : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_image(place_ / "a.png");
  }

  Workplace place_;
};

/// Checkpoints that would make a model which does not open.
const std::vector<std::pair<std::string, std::string>> kBadSources = {
    {"std0", "std"}, {"std-infinite", "std"}, {"mean", "mean"}, {"row", "positional_embedding"}};

void write_bad_sources(const Workplace& place) {
  const std::string mean = "[0.5, 0.5, 0.5]", deviation = "[0.25, 0.25, 0.25]";
  write_tiny_hugging_face(place / "std0", mean, "[0, 0, 0]");
  write_tiny_hugging_face(place / "std-infinite", mean, "[1e300, 1, 1]");
  write_tiny_hugging_face(place / "mean", "[1e300, 0.5, 0.5]", deviation);
  write_tiny_hugging_face(place / "row", mean, deviation, /*grid=*/0);
}

TEST_F(ReplaceModel, AFailedOneLeavesTheOlderModel) {
  write_bad_sources(place_);
  write_tiny_hugging_face(place_ / "sound");
  ASSERT_EQ(place_.run({"import", "sound", "-o", "good"}).status, 0);
  const auto before = read_text(place_ / "good/config.json");
  for (const auto& [source, word] : kBadSources) {
    const Outcome outcome = place_.run({"import", source, "-o", "good", "--force"});
    EXPECT_EQ(outcome.status, 4) << source << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(source)) << "the source is at fault, not the target" << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(word)) << outcome;
    EXPECT_EQ(read_text(place_ / "good/config.json"), before);
  }
  EXPECT_EQ(place_.run({"info", "good"}).status, 0);
}

TEST_F(ReplaceModel, WhatCannotBeImportedHasNoInfoEither) {
  write_bad_sources(place_);
  for (const auto& [source, word] : kBadSources) {
    const Outcome outcome = place_.run({"info", source});
    EXPECT_EQ(outcome.status, 4) << source << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(word)) << outcome;
  }
}

TEST_F(ReplaceModel, ReplacesAModelOfItsOwnOnlyWithForce) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  const Outcome without = place_.run({"import", "tiny.safetensors", "-o", "model", "--half"});
  EXPECT_EQ(without.status, 3) << without;
  EXPECT_THAT(without.err, HasSubstr("--force")) << without;
  const auto size = fs::file_size(place_ / "model/clip.safetensors");
  EXPECT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model", "--half", "--force"}).status, 0);
  EXPECT_LT(fs::file_size(place_ / "model/clip.safetensors"), size);
  EXPECT_EQ(place_.run({"import", "model", "-o", "model", "--force"}).status, 0) << "into its own place";
  EXPECT_THAT(place_.files("."), testing::Not(Contains(StartsWith(".relprompt-"))))
      << "nothing is left beside it";
}

TEST_F(ReplaceModel, NothingBesideTheModelIsLost) {
  for (const char* beside : {"notes.txt", "checkpoint.safetensors", "prompts.safetensors", "log.jsonl"}) {
    fs::remove_all(place_ / "model");
    ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
    write_text(place_ / "model" / beside, "of a user");
    const auto files = place_.files("model");
    for (const std::string force : {"", "--force"}) {
      std::vector<std::string> words = {"import", "tiny.safetensors", "-o", "model"};
      if (!force.empty()) words.push_back(force);
      const Outcome outcome = place_.run(words);
      EXPECT_EQ(outcome.status, 3) << outcome;
      EXPECT_THAT(outcome.err, HasSubstr(beside)) << outcome;
    }
    EXPECT_EQ(place_.files("model"), files);
    EXPECT_EQ(read_text(place_ / "model" / beside), "of a user");
  }
}

TEST_F(ReplaceModel, AFileOfRelpromptThatIsNoModelsStaysToo) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  ASSERT_EQ(
      place_.run({"segment", "a.png", "-m", "model", "-c", "road, sky", "-o", "model", "--save", "labels"})
          .status,
      0);
  const Outcome outcome = place_.run({"import", "tiny.safetensors", "-o", "model", "--force"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("a.labels.png")) << outcome;
  EXPECT_THAT(place_.files("model"), Contains("a.labels.png"));
}

TEST_F(ReplaceModel, KilledAtAnyMomentLeavesAModelThatOpens) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  constexpr int kKills = 12;
  for (int i = 0; i < kKills; ++i) {
    std::vector<std::string> words = {"import", "tiny.safetensors", "-o", "model", "--force"};
    if (i % 2 == 0) words.emplace_back("--half");
    const pid_t process = place_.start(words);
    std::this_thread::sleep_for(std::chrono::milliseconds(15 * i));
    ::kill(process, SIGKILL);
    place_.wait(process);
    const Outcome info = place_.run({"info", "model"});
    EXPECT_EQ(info.status, 0) << i << info;
  }
  EXPECT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model", "--force"}).status, 0);
  EXPECT_THAT(place_.files("."), testing::Not(Contains(StartsWith(".relprompt-"))))
      << "the next one tidies up";
}

}  // namespace
}  // namespace relprompt::test
