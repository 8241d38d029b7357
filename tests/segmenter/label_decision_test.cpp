// From scores to labels: thresholds for all and by class, the background, and classes that are too small.
#include "segmenter/label_decision.h"

#include <numeric>

#include <gtest/gtest.h>

namespace relprompt::segmenter {
namespace {

constexpr auto kUnknown = LabelMap::kUnknown;

/// Three classes on a row of six pixels, scores as they are: the best ones are 0, 0, 1, 1, 1, 2.
class LabelDecision : public testing::Test {
 protected:
  std::vector<std::uint16_t> labels(const SegmentOptions& options) {
    kernels::LabelTask task;
    task.windows = {{scores_.data(), 0, 0}};
    task.patches = task.window = task.resized = task.image = {1, 6};
    task.first = {0, 1, 2, 3};
    task.penalty.assign(3, 0.0f);
    task.score_activation = kernels::ScoreActivation::kNone;
    result_ = {};
    result_.pixels.assign(3, 0);
    ImageScores scores(task, Refinement::kNone, nullptr);
    fill_labels(scores, options, task, result_);
    EXPECT_EQ(std::accumulate(result_.pixels.begin(), result_.pixels.end(), result_.unknown_pixels), 6u);
    return result_.labels.labels;
  }

  const std::vector<float> scores_ = {0.9f, 0.3f, 0.2f, 0.1f, 0.4f,  0.5f,  //
                                      0.5f, 0.2f, 0.6f, 0.8f, 0.45f, 0.1f,  //
                                      0.1f, 0.1f, 0.5f, 0.3f, 0.1f,  0.7f};
  SegmentOptions options_;
  Segmentation result_;
};

using Labels = std::vector<std::uint16_t>;

TEST_F(LabelDecision, TakesTheBest) {
  EXPECT_EQ(labels(options_), (Labels{0, 0, 1, 1, 1, 2}));
}

TEST_F(LabelDecision, UncertainPixelsAreUnknown) {
  options_.unknown_threshold = 0.5f;
  EXPECT_EQ(labels(options_), (Labels{0, kUnknown, 1, 1, kUnknown, 2}));
  EXPECT_EQ(result_.unknown_pixels, 2u);
}

TEST_F(LabelDecision, AClassMayAskForAnotherScore) {
  options_.unknown_threshold = 0.5f;
  options_.class_thresholds = {{1, 0.7f}, {0, 0.2f}};
  EXPECT_EQ(labels(options_), (Labels{0, 0, kUnknown, 1, kUnknown, 2}));
  options_.unknown_threshold.reset();
  EXPECT_EQ(labels(options_), (Labels{0, 0, kUnknown, 1, kUnknown, 2}));
}

TEST_F(LabelDecision, UncertainPixelsGoToTheBackground) {
  options_.unknown_threshold = 0.5f;
  options_.background = 2;
  EXPECT_EQ(labels(options_), (Labels{0, 2, 1, 1, 2, 2}));
  EXPECT_EQ(result_.unknown_pixels, 0u);
  EXPECT_EQ(result_.pixels[2], 3u);
}

TEST_F(LabelDecision, SmallClassesGiveTheirPixelsToTheNextBest) {
  options_.min_area = 0.2f;  // class 2 has a sixth
  EXPECT_EQ(labels(options_), (Labels{0, 0, 1, 1, 1, 0}));
}

TEST_F(LabelDecision, TheShareIsOfTheForeground) {
  options_.min_area = 0.2f;
  options_.background = 1;  // of the other three pixels class 2 has a third
  EXPECT_EQ(labels(options_), (Labels{0, 0, 1, 1, 1, 2}));
  options_.min_area = 0.4f;
  EXPECT_EQ(labels(options_), (Labels{0, 0, 1, 1, 1, 0})) << "the next best need not be the background";
  options_.min_area = 0.9f;
  EXPECT_EQ(labels(options_), (Labels{1, 1, 1, 1, 1, 1})) << "the background always stays";
}

TEST_F(LabelDecision, SomethingStaysWithoutABackground) {
  options_.min_area = 0.9f;
  EXPECT_EQ(labels(options_), (Labels{1, 1, 1, 1, 1, 1})) << "the largest";
}

TEST_F(LabelDecision, ThresholdsComeAfterTheArea) {
  options_.min_area = 0.9f;
  options_.background = 1;
  options_.unknown_threshold = 0.5f;
  EXPECT_EQ(labels(options_), (Labels{1, 1, 1, 1, 1, 1}));
  options_.background.reset();
  EXPECT_EQ(labels(options_), (Labels{1, kUnknown, 1, 1, kUnknown, kUnknown}));
}

}  // namespace
}  // namespace relprompt::segmenter
