// relprompt::KeptScores: labels of kept scores are those of a new pass, and a pass can be watched and
// stopped.
#include <algorithm>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class KeptScoresTest : public test::TinySession {
 protected:
  KeptScoresTest()
      : model_(folder(), one_thread()),
        segmenter_(model_, ClassSet(model_, parse_class_list("road, sky;blue, tree"))) {
    const auto scores = planes_of(SegmentOptions());
    const auto middle = scores.begin() + static_cast<std::ptrdiff_t>(scores.size() / 2);
    auto sorted = scores;
    std::nth_element(sorted.begin(), sorted.begin() + (middle - scores.begin()), sorted.end());
    threshold_ = sorted[sorted.size() / 2];
  }

  std::vector<float> planes_of(const SegmentOptions& options) {
    std::vector<float> all;
    segmenter_.segment(image_, options, [&](std::size_t, std::size_t count, const float* planes) {
      all.insert(all.end(), planes, planes + count * image_.rgb.size() / 3);
    });
    return all;
  }

  /// Options that change labels, each in another way.
  std::vector<SegmentOptions> choices() const {
    std::vector<SegmentOptions> all(5);
    all[1].unknown_threshold = threshold_;
    all[2].seen = {0, 2};
    all[2].calibration = 0.4f;
    all[3].min_area = 0.4f;
    all[4].background = 1;
    all[4].class_thresholds = {{0, threshold_}, {2, 0.9f}};
    return all;
  }

  const Image image_ = make_image(70, 110);
  Model model_;
  Segmenter segmenter_;
  float threshold_ = 0;
};

TEST_F(KeptScoresTest, LabelsAreThoseOfANewPass) {
  for (const auto refine : {Refinement::kNone, Refinement::kPamr}) {
    SegmentOptions pass;
    pass.refine = refine;
    const auto kept = segmenter_.score(image_, pass);
    EXPECT_EQ(kept.class_count(), 3u);
    EXPECT_GT(kept.bytes(), 500u);
    std::size_t different = 0;
    for (auto options : choices()) {
      const auto again = kept.label(options);
      options.refine = refine;
      const auto fresh = segmenter_.segment(image_, options);
      EXPECT_EQ(again.labels.labels, fresh.labels.labels);
      EXPECT_EQ(again.pixels, fresh.pixels);
      EXPECT_EQ(again.unknown_pixels, fresh.unknown_pixels);
      EXPECT_EQ(again.windows, fresh.windows);
      different += again.labels.labels != kept.label().labels.labels;
    }
    EXPECT_GE(different, 3u) << "options that change nothing would show nothing";
  }
}

TEST_F(KeptScoresTest, PlanesAreThoseOfThePass) {
  for (const auto& options : choices()) {
    const auto kept = segmenter_.score(image_);
    const auto expected = planes_of(options);
    const auto pixels = image_.rgb.size() / 3;
    for (std::size_t label = 0; label < 3; ++label) {
      const auto plane = kept.plane(label, options);
      EXPECT_TRUE(std::equal(plane.begin(), plane.end(),
                             expected.begin() + static_cast<std::ptrdiff_t>(label * pixels)));
    }
  }
  EXPECT_ERROR(segmenter_.score(image_).plane(3), ErrorCode::kBadArgument, "0 to 2");
}

TEST_F(KeptScoresTest, ScalesOfThePassStay) {
  SegmentOptions pass;
  const auto single = segmenter_.score(image_, pass).bytes();
  pass.scales = {0.5, 1};
  pass.flip = true;
  const auto kept = segmenter_.score(image_, pass);
  EXPECT_GT(kept.bytes(), single);
  SegmentOptions asked;
  asked.unknown_threshold = threshold_;
  const auto found = kept.label(asked);
  pass.unknown_threshold = threshold_;
  const auto fresh = segmenter_.segment(image_, pass);
  EXPECT_EQ(found.labels.labels, fresh.labels.labels);
  EXPECT_NE(found.labels.labels, segmenter_.segment(image_, asked).labels.labels);
}

TEST_F(KeptScoresTest, SidesOfThePassStay) {
  SegmentOptions pass;
  pass.short_side = 40;
  const auto kept = segmenter_.score(image_, pass);
  EXPECT_EQ(kept.label().resized_height, 40);
  EXPECT_EQ(kept.label().labels.labels, segmenter_.segment(image_, pass).labels.labels);
}

TEST_F(KeptScoresTest, BadOptionsAreRefused) {
  const auto kept = segmenter_.score(image_);
  SegmentOptions options;
  options.seen = {7};
  EXPECT_ERROR(kept.label(options), ErrorCode::kBadArgument, "7");
}

TEST_F(KeptScoresTest, APassTellsHowFarItIsAndStops) {
  SegmentOptions options;
  options.window_batch = 1;
  options.short_side = 70;
  options.stride = 8;
  std::vector<int> told;
  int all = 0;
  const auto result = segmenter_.segment(image_, options, {}, [&](int done, int of) {
    told.push_back(done);
    all = of;
    return true;
  });
  ASSERT_GT(result.windows, 2);
  EXPECT_EQ(all, result.windows);
  ASSERT_EQ(told.size(), static_cast<std::size_t>(result.windows) + 1);
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i], static_cast<int>(i));
  const auto stop = [](int done, int) { return done < 2; };
  EXPECT_ERROR(segmenter_.segment(image_, options, {}, stop), ErrorCode::kCancelled, "2 of");
  EXPECT_ERROR(segmenter_.score(image_, options, stop), ErrorCode::kCancelled, "2 of");
  EXPECT_EQ(segmenter_.segment(image_, options).labels.labels, result.labels.labels)
      << "the session works on after a stop";
}

}  // namespace
}  // namespace relprompt
