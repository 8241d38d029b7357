// relprompt pretrain as a user meets it: what it says, killed, misused, and its model in other commands.
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>

#include "program.h"
#include "tiny_pretraining.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class PretrainCommand : public testing::Test {
 protected:
  PretrainCommand() { write_text(place_ / "tiny.yaml", tiny_pretraining()); }

  Outcome pretrain(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"pretrain"};
    words.insert(words.end(), more.begin(), more.end());
    return place_.run(words);
  }

  Workplace place_;
};

TEST_F(PretrainCommand, MakesAModelForTheOtherCommands) {
  const auto made = pretrain({"tiny.yaml", "-o", "clip", "--json"});
  EXPECT_EQ(made.status, 0) << made;
  EXPECT_THAT(made.err, AllOf(HasSubstr("from nothing"), HasSubstr("top-1")));
  EXPECT_EQ(json::parse(made.out)["iterations"], 6);
  const auto info = place_.run({"info", "clip"});
  EXPECT_EQ(info.status, 0) << info;
  EXPECT_THAT(info.out, HasSubstr("pretrained on the synthetic world"));
  // The words of its captions; the bundled model's folder states the same ones.
  const auto words = json::parse(read_text(place_ / "clip/config.json"))["words"];
  const fs::path bundled = fs::path(RELPROMPT_SOURCE_DIR) / "models/demo/config.json";
  EXPECT_EQ(words, json::parse(read_text(bundled))["words"]);
  ASSERT_EQ(place_.run({"import", "clip", "--half", "-o", "half"}).status, 0);
  EXPECT_EQ(json::parse(read_text(place_ / "half/config.json"))["words"], words);
  ASSERT_EQ(place_.run({"world", "--scenes", "5", "--size", "32", "-o", "scenes", "-q"}).status, 0);
  const auto masks = place_.run({"segment", "scenes/images/train", "--model", "clip", "--classes",
                                 "red dotted, sand", "-o", "out", "--short-side", "32", "--window", "32"});
  EXPECT_EQ(masks.status, 0) << masks;
  const auto again = pretrain({"--resume", "clip"});
  EXPECT_EQ(again.status, 0) << again;
  EXPECT_THAT(again.err, HasSubstr("nothing to do"));
}

TEST_F(PretrainCommand, KilledItGoesOnToTheSameBytes) {
  ASSERT_EQ(pretrain({"tiny.yaml", "-o", "steady", "-q"}).status, 0);
  const auto process = place_.start({"pretrain", "tiny.yaml", "-o", "run"});
  while (!fs::exists(place_ / "run/checkpoint.safetensors")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(process, SIGKILL);
  place_.wait(process);
  const auto resumed = pretrain({"--resume", "run", "-q"});
  EXPECT_EQ(resumed.status, 0) << resumed;
  EXPECT_EQ(read_text(place_ / "run/clip.safetensors"), read_text(place_ / "steady/clip.safetensors"));
}

TEST_F(PretrainCommand, SaysWhatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "no config is given"},
      {{"tiny.yaml"}, "add -o FOLDER"},
      {{"tiny.yaml", "-o", "x", "--set", "phases.scenes.batsch=3"}, "did you mean batch"},
      {{"tiny.yaml", "--resume", "x"}, "--resume takes everything"}};
  for (const auto& [words, message] : wrong) {
    const auto outcome = pretrain(words);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
  EXPECT_FALSE(fs::exists(place_ / "x"));
  const auto missing = pretrain({"--resume", "nowhere"});
  EXPECT_EQ(missing.status, 3) << missing;
  EXPECT_THAT(missing.err, HasSubstr("relprompt pretrain CONFIG"));
}

}  // namespace
}  // namespace relprompt::test
