// Axes: nice marks with readable labels, and ranges that would break arithmetic.
#include "analysis/axis.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relprompt::analysis {
namespace {

using testing::ElementsAre;

std::vector<std::string> labels_of(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Tick& tick : axis.ticks) labels.push_back(tick.label);
  return labels;
}

TEST(LinearAxis, MarksMultiplesOfOneTwoOrFive) {
  EXPECT_THAT(labels_of(linear_axis(0, 10, 5)), ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(labels_of(linear_axis(0, 80000, 4)), ElementsAre("0", "20000", "40000", "60000", "80000"));
  EXPECT_THAT(labels_of(linear_axis(-0.3, 0.7, 2)), ElementsAre("0", "0.5"));
  EXPECT_THAT(labels_of(linear_axis(43.2, 43.9, 4)), ElementsAre("43.2", "43.4", "43.6", "43.8"));
  EXPECT_THAT(labels_of(linear_axis(0, 3e-4, 3)), ElementsAre("0", "1e-4", "2e-4", "3e-4"));
  EXPECT_THAT(labels_of(linear_axis(-2e6, 1e6, 6)),
              ElementsAre("-2e6", "-1.5e6", "-1e6", "-5e5", "0", "5e5", "1e6"));
  EXPECT_DOUBLE_EQ(linear_axis(0, 10, 5).ticks[3].value, 6);
}

TEST(LinearAxis, PlacesNumbersBetweenItsEnds) {
  const Axis axis = linear_axis(20, 60, 4);
  EXPECT_DOUBLE_EQ(axis.place(20), 0);
  EXPECT_DOUBLE_EQ(axis.place(30), 0.25);
  EXPECT_DOUBLE_EQ(axis.place(60), 1);
}

TEST(LinearAxis, TheMarginWidensItButNeverAcrossZero) {
  EXPECT_DOUBLE_EQ(linear_axis(10, 20, 4, 0.1).low, 9);
  EXPECT_DOUBLE_EQ(linear_axis(10, 20, 4, 0.1).high, 21);
  EXPECT_DOUBLE_EQ(linear_axis(0.5, 20, 4, 0.1).low, 0);
  EXPECT_DOUBLE_EQ(linear_axis(-20, -0.5, 4, 0.1).high, 0);
}

TEST(LinearAxis, EqualValuesGetARoundThem) {
  for (const double value : {0.0, 7.0, -7.0, 1e-12, 1e250}) {
    const Axis axis = linear_axis(value, value, 5);
    EXPECT_GE(axis.place(value), 0) << value;
    EXPECT_LE(axis.place(value), 1) << value;
    EXPECT_GE(axis.ticks.size(), 2u) << value;
    EXPECT_LE(axis.ticks.size(), 12u) << value;
  }
}

TEST(Axes, StaySmallAndOrderedForEveryRange) {
  const double numbers[] = {
      -kLargestNumber, -1e9, -1,      -1 / kLargestNumber, 0, 1 / kLargestNumber, 1e-30, 1,
      1 + 1e-8,        1e9,  1e9 + 1, kLargestNumber};
  for (const double low : numbers) {
    for (const double high : numbers) {
      if (low > high) continue;
      std::vector<Axis> axes = {linear_axis(low, high, 6, 0.04)};
      if (low > 0) axes.push_back(log_axis(low, high, 6, 0.03));
      for (const Axis& axis : axes) {
        SCOPED_TRACE(testing::Message() << low << " to " << high << (axis.log ? " log" : ""));
        EXPECT_TRUE(axis.low < axis.high);
        EXPECT_LE(axis.ticks.size(), 16u);
        EXPECT_GE(axis.place(low), -1e-9);
        EXPECT_LE(axis.place(high), 1 + 1e-9);
        for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
          EXPECT_GE(axis.place(axis.ticks[i].value), -1e-6);
          EXPECT_LE(axis.place(axis.ticks[i].value), 1 + 1e-6);
          if (i > 0) {
            EXPECT_GT(axis.ticks[i].value, axis.ticks[i - 1].value);
            EXPECT_NE(axis.ticks[i].label, axis.ticks[i - 1].label);
          }
        }
      }
    }
  }
}

TEST(LogAxis, MarksPowersOfTenAndWhatFitsBetween) {
  EXPECT_THAT(labels_of(log_axis(0.01, 10, 9)),
              ElementsAre("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"));
  EXPECT_THAT(labels_of(log_axis(1e-3, 1e2, 6)), ElementsAre("0.001", "0.01", "0.1", "1", "10", "100"));
  EXPECT_THAT(labels_of(log_axis(1e-8, 1e4, 5)),
              ElementsAre("1e-8", "1e-6", "1e-4", "0.01", "1", "100", "10000"));
  EXPECT_THAT(labels_of(log_axis(2, 5, 3)), ElementsAre("2", "3", "4", "5"));
}

TEST(LogAxis, PlacesByPowers) {
  const Axis axis = log_axis(1, 100, 5);
  EXPECT_DOUBLE_EQ(axis.place(1), 0);
  EXPECT_DOUBLE_EQ(axis.place(10), 0.5);
  EXPECT_DOUBLE_EQ(axis.place(100), 1);
}

}  // namespace
}  // namespace relprompt::analysis
