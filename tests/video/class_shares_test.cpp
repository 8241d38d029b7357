// Shares over time in bounded memory.
#include "video/class_shares.h"

#include <gmock/gmock.h>

namespace relprompt::video {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(ClassShares, KeepFramesWhileThereIsRoom) {
  ClassShares shares(3, 4);
  shares.add(0, {{1, 0.25}, {2, 0.75}});
  shares.add(1, {{0, 1.0}});
  ASSERT_THAT(shares.points(), SizeIs(2));
  EXPECT_THAT(shares.points()[0].shares, ElementsAre(0.0f, 0.25f, 0.75f));
  EXPECT_THAT(shares.points()[1].shares, ElementsAre(1.0f, 0.0f, 0.0f));
}

TEST(ClassShares, NeighboursBecomeTheirMeanWhenItIsFull) {
  ClassShares shares(2, 4);
  for (int frame = 0; frame < 5; ++frame) shares.add(frame, {{0, frame / 4.0}});
  ASSERT_THAT(shares.points(), SizeIs(3));
  EXPECT_FLOAT_EQ(shares.points()[0].shares[0], 0.125f);
  EXPECT_DOUBLE_EQ(shares.points()[1].seconds, 2.5);
  EXPECT_EQ(shares.points()[2].frames, 1u);
}

TEST(ClassShares, NoFrameIsLostOfALongVideo) {
  ClassShares shares(1, 8);
  for (int frame = 0; frame < 1000; ++frame) shares.add(frame, {{0, 0.5}});
  std::uint64_t frames = 0;
  for (const auto& point : shares.points()) {
    frames += point.frames;
    EXPECT_FLOAT_EQ(point.shares[0], 0.5f);
  }
  EXPECT_EQ(frames, 1000u);
  EXPECT_LE(shares.points().size(), 8u);
}

TEST(ClassShares, LargestClassesFirstAndNoneThatNeverOccur) {
  ClassShares shares(4, 4);
  shares.add(0, {{3, 0.6}, {1, 0.4}});
  shares.add(1, {{1, 0.9}, {3, 0.1}});
  EXPECT_THAT(shares.largest(9), ElementsAre(1, 3));
  EXPECT_THAT(shares.largest(1), ElementsAre(1));
}

}  // namespace
}  // namespace relprompt::video
