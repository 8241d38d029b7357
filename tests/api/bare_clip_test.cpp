// What a bare CLIP does where nobody says otherwise: by its head, by its folder, and beside a single class.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/report.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class BareClip : public test::TinySession {
 protected:
  /// The tower is made for images of 64 pixels.
  Model open(const std::string& head) const {
    auto options = one_thread();
    options.training_free = true;
    options.head = head;
    return Model(folder(), options);
  }

  void state(const model::LabelProtocol& protocol) {
    auto config = config_;
    config.prompts.reset();
    config.head = "naclip";
    config.dense = protocol;
    test::write_hashed_model(scratch_ / "bare", config);
  }
};

TEST_F(BareClip, AHeadBringsItsProtocol) {
  const auto model = open("naclip");
  EXPECT_FALSE(model.has_prompts());
  const auto resolved = model.resolve(SegmentOptions(), 3);
  const int size = static_cast<int>(config_.clip.vision.image_size());
  EXPECT_EQ(resolved.window, size);
  EXPECT_EQ(resolved.short_side, size * 3 / 2);
  EXPECT_EQ(resolved.stride, size / 2);
  EXPECT_EQ(resolved.logit_scale, 40);
  EXPECT_EQ(resolved.mean, WindowMean::kLogits);
  EXPECT_EQ(resolved.min_area, 0.0f);
  EXPECT_EQ(model.resolve(TextOptions()).names, NameRule::kMax);
  SegmentOptions options;
  options.short_side = 200;
  EXPECT_EQ(model.resolve(options, 3).window, size) << "another side changes no window";
}

TEST_F(BareClip, MaskclipKeepsThePapersProtocol) {
  for (const char* head : {"maskclip", "maskclip-residual", "none"}) {
    const auto model = open(head);
    const auto resolved = model.resolve(SegmentOptions(), 3);
    EXPECT_EQ(resolved.window, config_.test.window) << head;
    EXPECT_EQ(resolved.short_side, config_.test.short_side) << head;
    EXPECT_EQ(resolved.mean, WindowMean::kProbabilities) << head;
    EXPECT_GT(resolved.logit_scale, 0) << "the CLIP's own, stated";
    EXPECT_EQ(model.resolve(TextOptions()).names, NameRule::kAverage) << head;
  }
}

TEST_F(BareClip, PromptsHaveNoSoftmax) {
  const Model model(folder(), one_thread());
  EXPECT_TRUE(model.has_prompts());
  const auto resolved = model.resolve(SegmentOptions(), 3);
  EXPECT_EQ(resolved.mean, WindowMean::kByModel);
  EXPECT_EQ(resolved.logit_scale, 0);
  SegmentOptions options;
  options.logit_scale = 40;
  EXPECT_ERROR(model.resolve(options, 3), ErrorCode::kBadArgument, "logit scale");
  options = {};
  options.mean = WindowMean::kLogits;
  EXPECT_ERROR(model.resolve(options, 3), ErrorCode::kBadArgument, "mean");
  EXPECT_EQ(model.complete(parse_class_list("dog")).size(), 1u) << "its scores are no softmax over the names";
}

TEST_F(BareClip, ItsFolderMaySayOtherwise) {
  model::LabelProtocol protocol;
  protocol.window = 48;
  protocol.logit_scale = 55;
  protocol.unknown = 0.25f;
  protocol.min_area = 0.1f;
  protocol.names = NameRule::kAverage;
  protocol.templates = {"one {}"};
  protocol.background = "rest;sky;wall";
  state(protocol);
  const Model model(scratch_ / "bare", one_thread());
  const auto resolved = model.resolve(SegmentOptions(), 3);
  EXPECT_EQ(resolved.window, 48);
  EXPECT_EQ(resolved.short_side, 72);
  EXPECT_EQ(resolved.stride, 24);
  EXPECT_EQ(resolved.logit_scale, 55);
  EXPECT_EQ(resolved.unknown_threshold, 0.25f);
  EXPECT_EQ(resolved.min_area, 0.1f);
  EXPECT_EQ(model.resolve(TextOptions()).names, NameRule::kAverage);
  EXPECT_EQ(model.resolve(TextOptions()).templates, std::vector<std::string>{"one {}"});
  EXPECT_EQ(model.complete(parse_class_list("dog")).title(1), "rest");
  auto other = one_thread();
  other.head = "maskclip";
  EXPECT_EQ(Model(scratch_ / "bare", other).resolve(SegmentOptions(), 3).window, config_.test.window)
      << "`dense` is of other heads";
}

TEST_F(BareClip, OneClassStandsAgainstContrastWords) {
  const auto model = open("naclip");
  const auto list = model.complete(parse_class_list("dog"));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_TRUE(list.contrast);
  BackgroundOptions options;
  options.contrast = false;
  EXPECT_EQ(model.complete(parse_class_list("dog"), options).size(), 1u);
  EXPECT_EQ(model.complete(parse_class_list("dog, cat")).size(), 2u);
  options.background = "rest;sky";
  EXPECT_EQ(model.complete(parse_class_list("dog"), options).title(1), "rest");
  // Phrases compete whatever the rule for names: they are different things.
  TextOptions text;
  text.names = NameRule::kAverage;
  Segmenter segmenter(model, ClassSet(model, list, text));
  const auto result = segmenter.segment(make_image(70, 90));
  EXPECT_EQ(result.pixels.size(), 2u);
  EXPECT_LT(result.pixels[0], 70u * 90u);
  EXPECT_EQ(segmenter.resolve(SegmentOptions()).background, 1u);
}

TEST_F(BareClip, TheReportStatesEveryValue) {
  const auto model = open("naclip");
  ReportSettings settings;
  settings.model = folder();
  settings.classes = model.complete(parse_class_list("dog;puppy"));
  settings.protocol.class_thresholds = {{0, 0.4f}};
  settings.protocol.window = kWholeImage;
  Segmenter segmenter(model, ClassSet(model, settings.classes, settings.text));
  const Reporter reporter(segmenter, settings);
  EXPECT_EQ(nlohmann::json::parse(reporter.run())["model"]["head"], "naclip");
  const auto protocol = nlohmann::json::parse(reporter.run())["protocol"];
  EXPECT_EQ(protocol["window"], "whole");
  EXPECT_TRUE(protocol["stride"].is_null());
  EXPECT_EQ(protocol["mean"], "logits");
  EXPECT_EQ(protocol["logit_scale"], 40);
  EXPECT_EQ(protocol["names"], "max");
  EXPECT_EQ(protocol["templates"][0], "a photo of a {}");
  EXPECT_EQ(protocol["background"], 1);
  EXPECT_EQ(protocol["contrast"], true);
  EXPECT_EQ(protocol["min_area"], 0);
  EXPECT_EQ(protocol["unknown_below_of_class"][0]["name"], "dog");
  const auto image = make_image(40, 50);
  const auto report =
      nlohmann::json::parse(reporter.report({}, image, segmenter.segment(image, settings.protocol)));
  EXPECT_EQ(report["classes"][1]["name"], "background");
  EXPECT_EQ(report["classes"][1]["other_names"].size(), contrast_words().size());
}

TEST_F(BareClip, ValuesOutOfRangeAreRefused) {
  const auto model = open("naclip");
  const auto refused = [&](const auto& change, const std::string& fragment) {
    SegmentOptions options;
    change(options);
    EXPECT_ERROR(model.resolve(options, 3), ErrorCode::kBadArgument, fragment);
  };
  refused([](auto& o) { o.logit_scale = -1; }, "logit scale -1: expected above 0");
  refused([](auto& o) { o.min_area = 1.0f; }, "from 0 to below 1");
  refused([](auto& o) { o.background = 3; }, "background class 3: there are only 3");
  refused([](auto& o) { o.class_thresholds = {{3, 0.5f}}; }, "class 3");
  refused([](auto& o) { o.class_thresholds = {{1, 0.5f}, {1, 0.6f}}; }, "two thresholds");
  refused([](auto& o) { o.window = -2; }, "window -2");
}

}  // namespace
}  // namespace relprompt
