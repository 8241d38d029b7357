// How many frames a gap in the times of a stream stands for.
#include "video_av/frame_timing.h"

#include <gtest/gtest.h>

namespace relprompt::video_av {
namespace {

constexpr std::int64_t kStep = 40'000;  // microseconds, 25 frames a second

TEST(FrameTiming, TheRateDecidesWhereTheCodecShowsFramesAtOnce) {
  FrameTiming timing(25, true);
  timing.followed(0, kStep);
  EXPECT_EQ(timing.lost(false, kStep, 3 * kStep, 0), 1) << "a packet is missing altogether";
  EXPECT_EQ(timing.lost(false, kStep, 3 * kStep, 4), 1) << "damage made four packets of one";
  EXPECT_EQ(timing.lost(false, kStep, 2 * kStep, 2), 0);
  EXPECT_EQ(timing.lost(false, kStep, 3 * kStep + 5'000, 1), 1) << "rounded times";
}

TEST(FrameTiming, DamagedPacketsCountWhereFramesAreReordered) {
  const FrameTiming timing(25, false);
  EXPECT_EQ(timing.lost(false, 0, 2 * kStep, 3), 3);
  EXPECT_EQ(timing.lost(false, 0, 4 * kStep, 1), 3);
}

TEST(FrameTiming, DamagedPacketsCountWhereTheRateChanges) {
  FrameTiming timing(25, true);
  timing.followed(0, 2 * kStep);
  EXPECT_EQ(timing.lost(false, 2 * kStep, 3 * kStep, 2), 2);
}

TEST(FrameTiming, DamagedPacketsCountWhereNoRateIsKnown) {
  EXPECT_EQ(FrameTiming(0, true).lost(false, 0, 10 * kStep, 2), 2);
}

TEST(FrameTiming, BeforeTheFirstFrameItsTimeIsNotBelievedFar) {
  const FrameTiming timing(25, true);
  EXPECT_EQ(timing.lost(true, 0, 2 * kStep, 1), 2);
  EXPECT_EQ(timing.lost(true, 0, 1'000 * kStep, 1), 2);
  EXPECT_EQ(timing.lost(true, 0, -kStep, 1), 0);
}

TEST(FrameTiming, AGapHasALimit) {
  EXPECT_EQ(FrameTiming(25, true).lost(false, 0, std::int64_t{1} << 60, 0), FrameTiming::kLongestGap);
}

}  // namespace
}  // namespace relprompt::video_av
