// The protocol of a bare CLIP through the program: flags and their refusals, a single class, and the configs
// of published settings on made-up data sets in the layouts of the real ones.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include <gmock/gmock.h>

#include "program.h"
#include "set_maker.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class TrainingFree : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    write_test_image(place_ / "a.png");
  }

  Outcome segment(const std::string& classes, std::vector<std::string> more) const {
    more.insert(more.begin(), {"segment", "a.png", "-m", "tiny.safetensors", "--head", "naclip", "-c",
                               classes, "-o", "out"});
    return place_.run(more);
  }

  json report() const { return json::parse(read_text(place_ / "out/a.json")); }

  void expect_usage_error(const std::vector<std::string>& more, const std::string& fragment) const {
    const Outcome outcome = segment("road, sky", more);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(fragment)) << outcome;
  }

  Workplace place_;
};

TEST_F(TrainingFree, EveryValueIsStated) {
  ASSERT_EQ(segment("road, sky;heaven", {"--logit-scale", "50", "--unknown", "0.3", "--unknown", "sky=0.4",
                                         "--background", "rest;wall;grass", "--min-area", "0.01",
                                         "--templates", "imagenet", "--short-side", "80"})
                .status,
            0);
  const auto protocol = report()["protocol"];
  EXPECT_EQ(protocol["short_side"], 80);
  EXPECT_EQ(protocol["window"], 64) << "the tower's size";
  EXPECT_EQ(protocol["stride"], 32);
  EXPECT_EQ(protocol["mean"], "logits");
  EXPECT_EQ(protocol["logit_scale"], 50);
  EXPECT_EQ(protocol["templates"].size(), 80u);
  EXPECT_EQ(protocol["names"], "max");
  EXPECT_NEAR(protocol["unknown_below"].get<double>(), 0.3, 1e-6);
  EXPECT_EQ(protocol["unknown_below_of_class"][0]["label"], 1);
  EXPECT_EQ(protocol["background"], 2);
  EXPECT_EQ(report()["classes"][2]["name"], "rest");
  EXPECT_EQ(report()["unknown"]["pixels"], 0) << "they went to the background";
}

TEST_F(TrainingFree, ScoresAreRefinedOnRequest) {
  const auto labels = [&](const std::vector<std::string>& more) {
    const Outcome outcome = segment("road, sky, tree", more);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return read_text(place_ / "out/a.labels.png");
  };
  const auto plain = labels({});
  EXPECT_EQ(report()["protocol"]["refine"], "none");
  EXPECT_TRUE(labels({"--refine", "pamr"}) != plain);
  EXPECT_EQ(report()["protocol"]["refine"], "pamr");
  EXPECT_TRUE(labels({"--refine", "none"}) == plain);
  const std::vector<std::string> maskclip = {"segment", "a.png",    "-m",       "tiny.safetensors",
                                             "--head",  "maskclip", "-c",       "road, sky",
                                             "-o",      "out",      "--refine", "pamr"};
  ASSERT_EQ(place_.run(maskclip).status, 0);
  EXPECT_EQ(report()["protocol"]["mean"], "logits") << "cosines are refined, so cosines are averaged";
  expect_usage_error({"--refine", "pam"}, "did you mean pamr?");
}

TEST_F(TrainingFree, OneClassDoesNotGetEverything) {
  const Outcome one = segment("road", {});
  ASSERT_EQ(one.status, 0) << one;
  EXPECT_THAT(one.err, HasSubstr("--no-contrast")) << one;
  EXPECT_EQ(report()["protocol"]["contrast"], true);
  EXPECT_EQ(report()["classes"][1]["name"], "background");
  EXPECT_GT(report()["classes"][1]["pixels"], 0);
  ASSERT_EQ(segment("road", {"--no-contrast"}).status, 0);
  EXPECT_EQ(report()["classes"].size(), 1u);
  EXPECT_EQ(report()["classes"][0]["share"], 1);
}

TEST_F(TrainingFree, WrongValuesSayWhatIsExpected) {
  expect_usage_error({"--unknown", "much"}, "--unknown: expected a score from -1 to 1, found \"much\"");
  expect_usage_error({"--unknown", "sky=2"}, "--unknown sky=2: expected a score from -1 to 1, found \"2\"");
  expect_usage_error({"--unknown", "skye=0.4"}, "did you mean sky?");
  expect_usage_error({"--window", "hole"},
                     "--window: expected 1 to 65536 pixels or \"whole\", found \"hole\"");
  expect_usage_error({"--logit-scale", "0"}, "--logit-scale");
  expect_usage_error({"--min-area", "1"}, "--min-area");
  expect_usage_error({"--mean", "logit"}, "--mean");
  expect_usage_error({"--background", "a, b"}, "--background");
  expect_usage_error({"--background", "rest;sky"}, "name of the class 'sky'");
  expect_usage_error({"--templates", "imagnet"}, "did you mean imagenet?");
}

/// Half of the pixels of a 40 x 60 mask have one value, half the other.
std::vector<std::uint16_t> halves(std::uint16_t one, std::uint16_t other) {
  std::vector<std::uint16_t> values(40 * 60, one);
  std::fill(values.begin() + 20 * 60, values.end(), other);
  return values;
}

struct Set {
  const char* config;
  const char* image;
  const char* mask;
  const char* list;  ///< empty: none
  std::uint16_t one, other;
};

std::ostream& operator<<(std::ostream& stream, const Set& set) {
  return stream << set.config;
}

class TrainingFreeConfigs : public TrainingFree, public testing::WithParamInterface<Set> {};

TEST_P(TrainingFreeConfigs, MeasureASetInTheLayoutOfTheRealOne) {
  const auto& set = GetParam();
  write_test_image(place_ / (std::string("data/") + set.image), 40, 60);
  add_mask(place_ / (std::string("data/") + set.mask), 60, halves(set.one, set.other));
  if (*set.list != '\0') write_text(place_ / (std::string("data/") + set.list), "a\n");
  const auto config =
      fs::path(RELPROMPT_SOURCE_DIR) / "configs/training-free" / (std::string(set.config) + ".yaml");
  const std::vector<std::string> command = {"eval", config.string(), "--model", "tiny.safetensors", "--data",
                                            "data",
                                            // 80 sentences a name take longer than a test may
                                            "--set", "templates=single", "--head", "naclip", "-q"};
  const Outcome outcome = place_.run(command);
  ASSERT_EQ(outcome.status, 0) << outcome;
  const auto report = json::parse(read_text(place_ / ("reports/" + std::string(set.config)) / "report.json"));
  EXPECT_EQ(report["protocol"]["window_mean"], "logits");
  EXPECT_EQ(report["protocol"]["logit_scale"], 40);
  EXPECT_EQ(report["protocol"]["setting"], "training_free");
  std::uint64_t truth = 0;
  for (const auto& row : report["classes"]) truth += row["truth"].get<std::uint64_t>();
  EXPECT_GT(truth, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, TrainingFreeConfigs,
    testing::Values(Set{"voc-21", "VOC2012/JPEGImages/a.png", "VOC2012/SegmentationClass/a.png",
                        "VOC2012/ImageSets/Segmentation/val.txt", 0, 4},
                    Set{"voc-20", "VOC2012/JPEGImages/a.png", "VOC2012/SegmentationClass/a.png",
                        "VOC2012/ImageSets/Segmentation/val.txt", 1, 20},
                    Set{"context-60", "VOC2010/JPEGImages/a.png", "VOC2010/SegmentationClassContext/a.png",
                        "VOC2010/ImageSets/SegmentationContext/val.txt", 0, 59},
                    Set{"context-59", "VOC2010/JPEGImages/a.png", "VOC2010/SegmentationClassContext/a.png",
                        "VOC2010/ImageSets/SegmentationContext/val.txt", 1, 59},
                    Set{"coco-object", "images/val2017/a.png", "annotations/val2017/a.png", "", 0, 255},
                    Set{"coco-stuff", "images/val2017/a.png", "annotations/val2017/a.png", "", 0, 181},
                    Set{"cityscapes", "leftImg8bit/val/city/a_leftImg8bit.png",
                        "gtFine/val/city/a_gtFine_labelIds.png", "", 7, 33},
                    Set{"ade-150", "images/validation/a.png", "annotations/validation/a.png", "", 1, 150}),
    [](const auto& set) {
      std::string name = set.param.config;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace relprompt::test
