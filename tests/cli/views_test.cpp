// --scales and --flip through the program: of `segment` and `eval`, stated in what they write, and refused
// where they make no sense.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "set_maker.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class ScalesAndFlip : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "a.png", 90, 130);
  }

  std::string labels(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"a.png", "--head", "naclip", "--save", "labels,scores,json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = segment_road_and_sky(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return read_text(place_ / "out/a.labels.png") + read_text(place_ / "out/a.scores.npy");
  }

  json report() const { return json::parse(read_text(place_ / "out/a.json")); }

  void expect_usage_error(const std::vector<std::string>& more, const std::string& fragment) const {
    std::vector<std::string> arguments = {"a.png"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = segment_road_and_sky(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(fragment)) << outcome;
  }
};

TEST_F(ScalesAndFlip, AreStatedAndChangeScores) {
  const auto plain = labels({});
  EXPECT_EQ(report()["protocol"]["scales"], json({1.0}));
  EXPECT_EQ(report()["protocol"]["flip"], false);
  const int windows = report()["windows"];
  EXPECT_TRUE(labels({"--scales", "1"}) == plain) << "to the bit";
  EXPECT_TRUE(labels({"--flip"}) != plain);
  EXPECT_EQ(report()["windows"], 2 * windows);
  EXPECT_EQ(report()["protocol"]["flip"], true);
  EXPECT_TRUE(labels({"--scales", "0.5, 1,1.5"}) != plain);
  EXPECT_EQ(report()["protocol"]["scales"], json({0.5, 1.0, 1.5}));
  EXPECT_EQ(report()["protocol"]["flip"], false);
}

TEST_F(ScalesAndFlip, WrongValuesSayWhatIsExpected) {
  expect_usage_error({"--scales", "half"},
                     "--scales: expected numbers from 0.1 to 8 between commas, found \"half\"");
  expect_usage_error({"--scales", "0.5,,1"}, "--scales: expected numbers");
  expect_usage_error({"--scales", "0.5,9"}, "scale 9: expected 0.1 to 8");
  expect_usage_error({"--scales", "nan"}, "scale nan: expected 0.1 to 8");
  expect_usage_error({"--scales", "1,1"}, "scale 1 is given twice");
  expect_usage_error({"--scales", "0.1"}, "expected 16 (one patch)");
  expect_usage_error({"--flip", "--refine", "pamr"}, "together with refined scores");
}

TEST_F(ScalesAndFlip, OfAnEvaluationAreInItsProtocol) {
  write_test_image(place_ / "data/VOC2012/JPEGImages/a.png", 40, 60);
  add_mask(place_ / "data/VOC2012/SegmentationClass/a.png", 60, std::vector<std::uint16_t>(40 * 60, 4));
  write_text(place_ / "data/VOC2012/ImageSets/Segmentation/val.txt", "a\n");
  const auto config = fs::path(RELPROMPT_SOURCE_DIR) / "configs/training-free/voc-20.yaml";
  const auto eval = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"eval",
                                          config.string(),
                                          "--model",
                                          "tiny.safetensors",
                                          "--head",
                                          "naclip",
                                          "--data",
                                          "data",
                                          "-q",
                                          "--set",
                                          "templates=single",
                                          "--set",
                                          "test.refine=none",
                                          "-o",
                                          "report",
                                          "--force"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return place_.run(arguments);
  };
  const Outcome both = eval({"--scales", "0.5,1", "--flip"});
  ASSERT_EQ(both.status, 0) << both;
  const auto protocol = json::parse(read_text(place_ / "report/report.json"))["protocol"];
  EXPECT_EQ(protocol["scales"], json({0.5, 1.0}));
  EXPECT_EQ(protocol["flip"], true);
  EXPECT_THAT(read_text(place_ / "report/report.md"),
              HasSubstr("class probabilities averaged over the scales 0.5, 1, each of them also mirrored"));
  ASSERT_EQ(eval({"--set", "test.flip=true"}).status, 0);
  EXPECT_THAT(read_text(place_ / "report/report.md"), HasSubstr("averaged with those of the mirrored image"));
  const Outcome bad = eval({"--scales", "0.5,20"});
  EXPECT_EQ(bad.status, 2) << bad;
  EXPECT_THAT(bad.err, HasSubstr("'test': 'scales' should be a list of numbers from 0.1 to 8"));
}

}  // namespace
}  // namespace relprompt::test
