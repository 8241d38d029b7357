// From series to runs: gaps, unusable numbers, smoothing.
#include "analysis/curves.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relprompt::analysis {
namespace {

using testing::ElementsAre;

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinite = std::numeric_limits<double>::infinity();

std::vector<double> heights(const Run& run) {
  std::vector<double> ys;
  for (const CurvePoint& point : run) ys.push_back(point.y);
  return ys;
}

TEST(Runs, BreakAtUnusableNumbers) {
  const auto runs =
      runs_of({1, 2, 3, 4, 5, 6, kNan, 8, 9}, {1, 2, kNan, 4, kInfinite, 6, 7, 1e300, -9}, false);
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_THAT(heights(runs[0]), ElementsAre(1, 2));
  EXPECT_THAT(heights(runs[1]), ElementsAre(4));
  EXPECT_EQ(runs[1][0].x, 4);
  EXPECT_THAT(heights(runs[2]), ElementsAre(6));
  EXPECT_THAT(heights(runs[3]), ElementsAre(-9));
  EXPECT_TRUE(runs_of({kNan, 1}, {1, -kInfinite}, false).empty());
  EXPECT_TRUE(runs_of({}, {}, true).empty());
}

TEST(Runs, LogarithmsNeedPositiveNumbers) {
  const auto runs = runs_of({1, 2, 3, 4, 5}, {1, 0, -1, 1e-300, 5}, true);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_THAT(heights(runs[0]), ElementsAre(1));
  EXPECT_THAT(heights(runs[1]), ElementsAre(5));
  EXPECT_THAT(heights(runs_of({1}, {1e-300}, false)[0]), ElementsAre(0));
}

TEST(Smoothed, MeansOverAsManyNeighboursOnBothSides) {
  const std::vector<CurvePoint> run = {{0, 1}, {1, 4}, {2, 1}, {3, 7}, {4, 2}};
  EXPECT_THAT(heights(smoothed(run, 1)), ElementsAre(1, 2, 4, 10.0 / 3, 2));
  EXPECT_THAT(heights(smoothed(run, 100)), ElementsAre(1, 2, 3, 10.0 / 3, 2));
  EXPECT_THAT(heights(smoothed(run, 0)), ElementsAre(1, 4, 1, 7, 2));
  EXPECT_EQ(smoothed(run, 1)[3].x, 3);
  EXPECT_TRUE(smoothed({}, 3).empty());
}

TEST(Smoothed, NeverLeavesTheRangeOfItsRun) {
  const std::vector<CurvePoint> run = {{0, 1e290}, {1, 1e-5}, {2, 1e-5}, {3, 1e-5}, {4, 1e-5}};
  for (const CurvePoint& point : smoothed(run, 1)) EXPECT_GE(point.y, 1e-5);
}

TEST(Range, GrowsWithWhatItIncludes) {
  Range range;
  EXPECT_FALSE(range.any);
  for (const double value : {3.0, -2.0, 1.0}) range.include(value);
  EXPECT_TRUE(range.any);
  EXPECT_EQ(range.low, -2);
  EXPECT_EQ(range.high, 3);
}

}  // namespace
}  // namespace relprompt::analysis
