// relprompt::Reporter: the keys of STEM.json, and which settings make results comparable.
#include "relprompt/report.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "tiny_session.h"

namespace relprompt {
namespace {

class ReporterTest : public test::TinySession {
 protected:
  ReporterTest() : model_(folder(), one_thread()), segmenter_(model_) {
    settings_.model = folder();
    settings_.classes = parse_class_list("road, sky;heaven");
    segmenter_.set_classes(settings_.classes);
  }

  Model model_;
  Segmenter segmenter_;
  ReportSettings settings_;
};

TEST_F(ReporterTest, SaysWhatWasFound) {
  auto image = make_image(20, 30);
  image.notes = {"the first page of two"};
  const auto result = segmenter_.segment(image);
  ReportedImage about;
  about.path = "street.png";
  about.files = {{"labels", "street.labels.png"}};
  const auto report = nlohmann::json::parse(Reporter(segmenter_, settings_).report(about, image, result));
  EXPECT_EQ(report["image"], "street.png");
  EXPECT_EQ(report["height"], 20);
  EXPECT_EQ(report["files"]["labels"], "street.labels.png");
  EXPECT_EQ(report["notes"][0], "the first page of two");
  EXPECT_EQ(report["classes"][1]["name"], "sky");
  EXPECT_EQ(report["classes"][1]["other_names"][0], "heaven");
  EXPECT_EQ(report["classes"][0]["pixels"].get<int>() + report["classes"][1]["pixels"].get<int>(), 600);
  EXPECT_EQ(report["unknown"]["label"], 255);
  EXPECT_EQ(report["unknown"]["color"], "#000000");
  EXPECT_EQ(report["protocol"]["window"], config_.test.window) << "no zeros are left";
  EXPECT_EQ(report["model"]["sha256"], model_.hash());
  EXPECT_EQ(report["settings_sha256"], Reporter(segmenter_, settings_).settings_sha256());
}

TEST_F(ReporterTest, SettingsThatDecideTheLabelsAreHashed) {
  const auto hash = [&] { return Reporter(segmenter_, settings_).settings_sha256(); };
  const auto before = hash();
  settings_.model_options.threads = 2;
  EXPECT_EQ(hash(), before) << "threads change nothing";
  settings_.protocol.stride = 16;
  EXPECT_NE(hash(), before);
  settings_.protocol.stride = 0;
  settings_.classes = parse_class_list("road, sky");
  EXPECT_NE(hash(), before);
}

TEST_F(ReporterTest, RefusesWhatDoesNotBelongTogether) {
  const Reporter reporter(segmenter_, settings_);
  EXPECT_ERROR(reporter.report({}, make_image(2, 2), {}), ErrorCode::kBadArgument, "2 classes");
  settings_.classes = parse_class_list("road");
  EXPECT_ERROR(Reporter(segmenter_, settings_), ErrorCode::kBadArgument, "the segmenter has 2");
}

}  // namespace
}  // namespace relprompt
