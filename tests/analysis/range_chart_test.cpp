// Charts of rows with ranges: marks where the numbers say, and every kind of number that might break one.
#include "analysis/range_chart.h"

#include <limits>

#include <gtest/gtest.h>

#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

constexpr image::Color kFirst{31, 95, 191}, kSecond{214, 96, 0};

RangeChart chart_of(std::vector<RangeRow> rows) {
  RangeChart chart;
  chart.title = "Title";
  chart.x_label = "percent";
  chart.series = {"seen", "unseen"};
  chart.rows = std::move(rows);
  return chart;
}

/// The part of the rows, without the legend above.
cv::Rect colored(const Image& image, image::Color color) {
  cv::Rect part;
  for (int y = 80; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (at(image, y, x) == color) part |= cv::Rect(x, y, 1, 1);
    }
  }
  return part;
}

TEST(RangeChart, MarksLieWhereTheNumbersSay) {
  const Image image =
      draw_ranges(chart_of({{"a", {{20, 10, 30}, {80, 80, 80}}}, {"b", {{50, 50, 50}, {60, 40, 90}}}}));
  EXPECT_TRUE(whole(image));
  EXPECT_EQ(image.width, 960);
  const auto first = colored(image, kFirst), second = colored(image, kSecond);
  EXPECT_LT(first.x, second.x);
  EXPECT_LT(first.x + first.width, second.x + second.width);
  EXPECT_LT(first.y, second.y);
  // Ranges of 10 to 50 and 40 to 90 on one axis.
  EXPECT_NEAR(static_cast<double>(second.width) / first.width, 50.0 / 40, 0.15);
}

TEST(RangeChart, GrowsWithItsRowsAndNamesThem) {
  const Image one = draw_ranges(chart_of({{"a", {{1, 1, 1}, {2, 2, 2}}}}));
  const Image two = draw_ranges(chart_of({{"a", {{1, 1, 1}, {2, 2, 2}}}, {"b", {{1, 1, 1}, {2, 2, 2}}}}));
  EXPECT_GT(two.height, one.height);
  EXPECT_GT(ink(one, cv::Rect(0, 60, 40, one.height - 60)), 0);
}

TEST(RangeChart, LeavesOutWhatIsNoNumber) {
  const double infinite = std::numeric_limits<double>::infinity();
  const Image image = draw_ranges(chart_of({{"a", {{}, {3, -infinite, infinite}}}}));
  EXPECT_EQ(colored(image, kFirst).area(), 0);
  EXPECT_GT(colored(image, kSecond).area(), 0);
  const Image none = draw_ranges(chart_of({{"a", {{}, {}}}}));
  EXPECT_TRUE(whole(none));
  EXPECT_GT(ink(none, cv::Rect(300, 60, 500, none.height - 60)) + count(none, image::Color{104, 108, 116}),
            0);
  EXPECT_TRUE(whole(draw_ranges(chart_of({}))));
}

TEST(RangeChart, ASeriesWithoutAMarkIsNotListed) {
  const RangeMark mark = {3, 2, 4};
  EXPECT_EQ(count(draw_ranges(chart_of({{"a", {{}, mark}}, {"b", {{}, mark}}})), kFirst), 0);
  EXPECT_GT(count(draw_ranges(chart_of({{"a", {{}, mark}}, {"b", {mark, {}}}})), kFirst), 60);
}

TEST(RangeChart, RefusesWhatCannotBeDrawn) {
  EXPECT_ERROR(draw_ranges(chart_of({{"a", {{}}}})), ErrorCode::kBadArgument, "1 marks for 2 series");
  RangeChart many = chart_of({});
  many.series.resize(5);
  EXPECT_ERROR(draw_ranges(many), ErrorCode::kBadArgument, "number of series");
  EXPECT_ERROR(draw_ranges(chart_of({}), {100, 10}), ErrorCode::kBadArgument, "width");
  EXPECT_ERROR(draw_ranges(chart_of({}), {960, 2}), ErrorCode::kBadArgument, "text");
}

}  // namespace
}  // namespace relprompt::analysis
