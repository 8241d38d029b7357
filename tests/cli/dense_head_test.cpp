// --head and --training-free: which dense head labels, and models that have none.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class DenseHead : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_image(place_ / "a.png");
  }

  Outcome segment(const std::string& model, std::vector<std::string> more) const {
    more.insert(more.begin(), {"segment", "a.png", "-m", model, "-c", "road, sky", "-o", "out"});
    return place_.run(more);
  }

  /// SHA-256 of the settings that decide the labels.
  std::string settings() const {
    return json::parse(read_text(place_ / "out/a.json"))["settings_sha256"].get<std::string>();
  }

  const std::string demo_ = std::string(RELPROMPT_SOURCE_DIR) + "/models/demo";
  Workplace place_;
};

TEST_F(DenseHead, ChangesTheLabelsAndWhatResumeGoesBy) {
  ASSERT_EQ(segment("tiny.safetensors", {}).status, 0);
  const auto own = settings();
  ASSERT_EQ(segment("tiny.safetensors", {"--head", "scclip"}).status, 0);
  EXPECT_EQ(settings(), own) << "the default, named";
  const Outcome resumed = segment("tiny.safetensors", {"--head", "none", "--resume", "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed;
  EXPECT_EQ(json::parse(resumed.out)["totals"]["done"], 1) << "labels of another head are none of this one's";
  EXPECT_NE(settings(), own);
}

TEST_F(DenseHead, AWrongNameIsToldTheNearest) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"segment", "a.png", "-m", "tiny.safetensors", "-c", "road", "-o", "out"},
        {"bench", "-m", "tiny.safetensors"},
        {"eval", "no.yaml", "-m", "tiny.safetensors", "-o", "report"}}) {
    auto words = command;
    words.insert(words.end(), {"--head", "maskclip-residul"});
    const Outcome outcome = place_.run(words);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("--head")) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("maskclip-residual")) << outcome;
  }
}

TEST_F(DenseHead, AModelWithPromptsHasNoneUnlessTheyAreLeftOut) {
  const Outcome refused = segment(demo_, {"--head", "maskclip"});
  EXPECT_EQ(refused.status, 2) << refused;
  EXPECT_THAT(refused.err, HasSubstr("has prompts")) << refused;
  EXPECT_THAT(refused.err, HasSubstr("--training-free")) << refused;
  const Outcome free = segment(demo_, {"--head", "maskclip", "--training-free"});
  EXPECT_EQ(free.status, 0) << free;
}

TEST_F(DenseHead, InfoAndBenchKnowIt) {
  EXPECT_EQ(
      place_.run({"bench", "-m", "tiny.safetensors", "--head", "maskclip-residual", "--repeat", "1"}).status,
      0);
  EXPECT_EQ(json::parse(place_.run({"info", "tiny.safetensors", "--json"}).out)["head"], "scclip");
  EXPECT_EQ(json::parse(place_.run({"info", demo_, "--json"}).out)["head"], "");
  EXPECT_THAT(place_.run({"info", "tiny.safetensors"}).out, HasSubstr("dense head      scclip"));
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  auto config = json::parse(read_text(place_ / "model/config.json"));
  EXPECT_EQ(config["head"], "scclip");
  config["head"] = "maskclop";
  write_text(place_ / "model/config.json", config.dump());
  const Outcome outcome = place_.run({"info", "model"});
  EXPECT_EQ(outcome.status, 4) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("did you mean maskclip?")) << outcome;
}

}  // namespace
}  // namespace relprompt::test
