// What people type beside the right thing, and what they are told.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

using Hints = TinySegment;

TEST_F(Hints, OptionGivenTwice) {
  const auto outcome = place_.run({"bench", "-m", "a", "--threads", "1", "--threads", "2"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("given twice: --threads (1, 2)"));
}

TEST_F(Hints, FileThatBeginsWithADash) {
  write_test_image(place_ / "-dash.png");
  const auto outcome = segment_road_and_sky({"-dash.png"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("write ./-dash.png"));
  EXPECT_EQ(segment_road_and_sky({"./-dash.png"}).status, 0);
}

TEST_F(Hints, ResultsOnTheStandardOutput) {
  for (const auto& command :
       {std::vector<std::string>{"segment", "a.png", "-m", "tiny.safetensors", "-c", "road"},
        {"import", "tiny.safetensors"},
        {"init"}}) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"-o", "-"});
    const auto outcome = place_.run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("--output -: the results are files"));
    EXPECT_FALSE(fs::exists(place_ / "-"));
  }
}

TEST_F(Hints, BeginningOfAVocabulary) {
  const auto outcome = place_.run({"segment", "a.png", "-m", "x", "--vocabulary", "coco", "-o", "out"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("did you mean coco-stuff-171 or coco-object-81?"));
}

TEST_F(Hints, FolderOfARunNamesItsModels) {
  for (const char* model : {"runs/x/best", "runs/x/last"}) {
    fs::create_directories(place_ / model);
    std::ofstream((place_ / model) / "config.json") << "{}";
  }
  const auto outcome = place_.run({"info", "runs/x"});
  EXPECT_EQ(outcome.status, 4) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("its models: runs/x/best, or runs/x/last"));
}

TEST_F(Hints, NamesOfClipsThatTheHubHas) {
  for (const char* name : {"clip-vit-base-patch16", "ViT-B-16", "clip-b16"}) {
    const auto outcome = place_.run({"info", name, "--offline"});
    EXPECT_EQ(outcome.status, 4) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("openai/clip-vit-base-patch16"));
  }
  EXPECT_THAT(place_.run({"info", "ViT-L/14", "--offline"}).err,
              HasSubstr("did you mean openai/clip-vit-large-patch14?"));
}

TEST_F(Hints, KeysOfAConfigUnderOtherNames) {
  std::ofstream(place_ / "run.yaml") << "train: {iterations: 10}\n";
  const auto told = [&](const std::string& change) {
    const auto outcome =
        place_.run({"eval", "run.yaml", "-m", "tiny.safetensors", "-o", "report", "--set", change});
    EXPECT_EQ(outcome.status, 2) << outcome;
    return outcome.err;
  };
  EXPECT_THAT(told("lr=0.1"), HasSubstr("did you mean optimizer.rate?"));
  EXPECT_THAT(told("batch-size=4"), HasSubstr("did you mean train.batch?"));
  EXPECT_THAT(told("iterations=4"), HasSubstr("did you mean train.iterations?"));
  EXPECT_THAT(told("focal_weight=4"), HasSubstr("did you mean loss.focal_weight?"));
  EXPECT_THAT(told("trian.batch=4"), HasSubstr("did you mean train?"));
  EXPECT_THAT(told("train.learning_rate=0.1"),
              HasSubstr("unknown key 'train.learning_rate'; did you mean optimizer.rate?"));
  EXPECT_THAT(told("optimizer.lr=0.1"), HasSubstr("did you mean optimizer.rate?"));
  EXPECT_THAT(told("optimizer.batch=4"), HasSubstr("did you mean train.batch?"));
  EXPECT_THAT(told("augment.focal_weight=4"), HasSubstr("did you mean loss.focal_weight?"));
  EXPECT_THAT(told("train.nonsense=4"), HasSubstr("known keys: iterations"));
}

}  // namespace
}  // namespace relprompt::test
