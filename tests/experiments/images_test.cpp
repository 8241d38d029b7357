// A suite with images of a data set beside scenes, through the public interface: what its tables say with the
// set and without it.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/experiments.h"

#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ImageExperiments : public testing::Test {
 protected:
  ImageExperiments() { test::write_image_experiments(folder_.path()); }

  RunOutcome run(const std::vector<DataFolder>& data,
                 const std::vector<std::string>& only = {"images"}) const {
    ExperimentSettings settings;
    settings.config = folder_ / "suite.yaml";
    settings.output = folder_ / "out";
    settings.threads = 1;
    settings.data = data;
    settings.only = only;
    RunListener listener;
    return run_experiments(settings, listener);
  }
  std::string text() const { return test::read_text(folder_ / "out/experiments.md"); }
  json report() const { return json::parse(test::read_text(folder_ / "out/experiments.json")); }

  test::TemporaryFolder folder_;
};

TEST_F(ImageExperiments, MeasureOnTheDataSetsOwnTestPart) {
  EXPECT_THAT(run({{"toy", folder_ / "toy"}}).summary, HasSubstr("4 of 4 runs"));
  const auto document = report();
  const auto& rows = document["tables"][0]["rows"];
  ASSERT_EQ(rows.size(), 4u);
  // Supervised rows have no seen and unseen classes, the others all scores.
  EXPECT_TRUE(rows[0]["hiou"].is_null());
  EXPECT_TRUE(rows[0]["miou"]["mean"].is_number());
  EXPECT_TRUE(rows[1]["hiou_gain"]["mean"].is_number());
  EXPECT_TRUE(rows[2]["hiou"]["mean"].is_number());
  // Two of ten images are held out; nothing is held out of what is not trained.
  EXPECT_TRUE(rows[0]["validation_miou"]["mean"].is_number());
  EXPECT_TRUE(rows[1]["validation_miou"].is_null());
  const std::string name = rows[0]["fingerprints"][0];
  const auto folder = folder_ / "out/work/runs" / name.substr(0, 16);
  EXPECT_EQ(json::parse(test::read_text(folder / "report/report.json"))["images"], 3);
  EXPECT_FALSE(fs::exists(folder / "validation"));
  EXPECT_FALSE(fs::exists(folder_ / "out/work/scenes"));
  const auto& regime = document["regimes"][1];
  EXPECT_EQ(regime["data"]["training"], 10);
  EXPECT_EQ(regime["data"]["sha256"], document["regimes"][2]["data"]["sha256"]);
  EXPECT_TRUE(regime["most_frequent_class"]["pacc"].is_number());
  EXPECT_THAT(text(),
              AllOf(HasSubstr("| regime | row | mIoU | S | U | hIoU |"), HasSubstr("| held-out mIoU |"),
                    HasSubstr("10 training and 3 test images of the data set `toy`"),
                    HasSubstr("Protocol `supervised`, base config `images.yaml`"),
                    HasSubstr("every trained row has 2 updates of 4 images"),
                    HasSubstr("The most frequent class everywhere has mIoU"), Not(HasSubstr("Left out"))));
  EXPECT_EQ(text().find(folder_.path().string()), std::string::npos);
}

TEST_F(ImageExperiments, WithoutTheDataSetTheRestRuns) {
  EXPECT_THAT(run({}, {}).summary, HasSubstr("6 of 6 runs"));
  EXPECT_THAT(text(),
              AllOf(HasSubstr("## Images\n\nLeft out, as their data set was not given: `images`, `unseen`. "
                              "The same command with `--data toy=DIR`"),
                    HasSubstr("| row | S | U | hIoU |"), Not(HasSubstr("Not run yet"))));
  EXPECT_EQ(report()["regimes"][1]["data"], json({{"name", "toy"}, {"given", false}}));
  EXPECT_FALSE(fs::exists(folder_ / "out/images.png"));
  // The set adds what was left out and repeats nothing.
  EXPECT_THAT(run({{"toy", folder_ / "toy"}}, {}).summary,
              HasSubstr("10 of 10 runs are finished, 4 of them now"));
  EXPECT_THAT(text(), Not(HasSubstr("Left out")));
  EXPECT_TRUE(fs::exists(folder_ / "out/images.png"));
  fs::rename(folder_ / "toy", folder_ / "moved");
  EXPECT_FALSE(run({{"toy", folder_ / "moved"}}, {}).changed);
}

TEST_F(ImageExperiments, AWrongFolderIsFoundBeforeAnythingRuns) {
  EXPECT_ERROR(run({{"toy", folder_ / "nowhere"}}, {}), ErrorCode::kNotFound, "nowhere");
  EXPECT_ERROR(run({{"tool", folder_ / "toy"}}, {}), ErrorCode::kBadArgument, "no regime of");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

}  // namespace
}  // namespace relprompt
