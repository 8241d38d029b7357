// mIoU and flicker against counting by hand.
#include "video/truth_scores.h"

#include "test_support.h"

namespace relprompt::video {
namespace {

LabelMap row(std::vector<std::uint16_t> labels) {
  const int width = static_cast<int>(labels.size());
  return {1, width, std::move(labels)};
}

TEST(TruthScores, MeanOverTheClassesOfTheTruth) {
  TruthScores scores(3);
  scores.add(row({0, 0, 1, 2}), row({0, 1, 1, 255}));
  // class 0: 1 / 2; class 1: 1 / 2; class 2 has no truth, and the last pixel counts nowhere
  EXPECT_DOUBLE_EQ(*scores.miou(), 0.5);
  EXPECT_DOUBLE_EQ(*scores.accuracy(), 2.0 / 3);
  EXPECT_FALSE(scores.flicker());
}

TEST(TruthScores, FlickerIsChangeThatTheTruthDoesNotMake) {
  TruthScores scores(3);
  scores.add(row({0, 0, 1, 1}), row({0, 0, 1, 1}));
  scores.add(row({0, 2, 0, 1}), row({0, 0, 0, 1}));
  // three pixels whose truth stays, one of them changes its label; the third pixel's truth changed
  EXPECT_DOUBLE_EQ(*scores.flicker(), 1.0 / 3);
}

TEST(TruthScores, ALostFrameStandsBetween) {
  TruthScores scores(2);
  scores.add(row({0}), row({0}));
  scores.skip();
  scores.add(row({1}), row({0}));
  EXPECT_FALSE(scores.flicker());
  EXPECT_EQ(scores.frames(), 2u);
}

TEST(TruthScores, RefusesMasksOfAnotherSize) {
  TruthScores scores(2);
  EXPECT_ERROR(scores.add(row({0, 0}), row({0})), ErrorCode::kUnreadable, "1x1 pixels, the frame 2x1");
}

}  // namespace
}  // namespace relprompt::video
