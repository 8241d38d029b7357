// Charts: curves where the numbers say, text beside them, and every kind of number that might break one.
#include "analysis/chart.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "analysis/canvas.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

constexpr image::Color kFirst{31, 95, 191}, kSecond{214, 96, 0};  // colours of the first two series
const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinite = std::numeric_limits<double>::infinity();

Chart chart_of(std::vector<double> x, std::vector<double> y) {
  Chart chart;
  chart.series = {{"", std::move(x), std::move(y)}};
  return chart;
}

cv::Rect part_in(const Image& image, image::Color color) {
  cv::Rect part;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (at(image, y, x) == color) part |= cv::Rect(x, y, 1, 1);
    }
  }
  return part;
}

TEST(Chart, HasTheSizeAskedFor) {
  ChartOptions options;
  options.width = 500;
  options.height = 300;
  const Image image = draw_chart(chart_of({0, 1}, {0, 1}), options);
  EXPECT_EQ(image.width, 500);
  EXPECT_EQ(image.height, 300);
  EXPECT_TRUE(whole(image));
}

TEST(Chart, ARisingLineRises) {
  const Image image = draw_chart(chart_of({0, 1, 2}, {0, 5, 10}));
  const cv::Rect part = part_in(image, kFirst);
  EXPECT_GT(part.width, 800);
  EXPECT_GT(part.height, 300);
  const cv::Rect left(part.x, part.y, part.width / 4, part.height / 2);
  const cv::Rect right(part.x + part.width * 3 / 4, part.y, part.width / 4, part.height / 2);
  EXPECT_EQ(count(image, left, kFirst), 0);
  EXPECT_GT(count(image, right, kFirst), 50);
}

TEST(Chart, LogarithmsMakePowersALine) {
  Chart chart = chart_of({0, 1, 2, 3, 4}, {1, 10, 100, 1000, 10000});
  const auto middle_height = [&](bool log_y) {
    chart.log_y = log_y;
    const Image image = draw_chart(chart);
    const cv::Rect all = part_in(image, kFirst);
    cv::Rect middle;
    for (int y = all.y; y < all.br().y; ++y) {
      if (at(image, y, all.x + all.width / 2) == kFirst) middle |= cv::Rect(0, y, 1, 1);
    }
    return static_cast<double>(all.br().y - middle.y) / all.height;
  };
  EXPECT_NEAR(middle_height(true), 0.5, 0.05);
  EXPECT_LT(middle_height(false), 0.1);
}

TEST(Chart, GapsStayEmptyAndLonelyPointsShow) {
  const Image image = draw_chart(chart_of({0, 1, 2, 3, 4, 5, 6}, {1, 1, kNan, 2, kInfinite, 1, 1}));
  const cv::Rect all = part_in(image, kFirst);
  const int sixth = all.width / 6;
  const auto column = [&](double x) {
    return count(image, {all.x + static_cast<int>(x * sixth) - 5, 0, 10, image.height}, kFirst);
  };
  EXPECT_GT(column(0.5), 0);
  EXPECT_EQ(column(2), 0);
  EXPECT_GT(column(3), 15);
  EXPECT_EQ(column(4), 0);
  EXPECT_GT(column(5.5), 0);
}

TEST(Chart, NamedSeriesAreListedInTheirColours) {
  Chart chart = chart_of({0, 1, 2}, {0, 1, 0});
  chart.series.push_back({"second", {1}, {0.5}});
  const int listed = count(draw_chart(chart), kSecond);
  chart.series[1].name.clear();
  EXPECT_GT(listed, count(draw_chart(chart), kSecond) + 60);  // its swatch
}

TEST(Chart, ASeriesThatIsNotDrawnIsNotListed) {
  Chart chart = chart_of({0, 1, 2}, {1, 2, 1});
  chart.series.push_back({"second", {0, 1, 2}, {kNan, kNan, kNan}});
  EXPECT_EQ(count(draw_chart(chart), kSecond), 0);
  chart.series[1].y = {0, 0, 0};
  EXPECT_GT(count(draw_chart(chart), kSecond), 60);
  chart.log_y = true;  // no logarithm of 0
  EXPECT_EQ(count(draw_chart(chart), kSecond), 0);
}

TEST(Chart, TitleAndLabelsLand) {
  Chart chart = chart_of({0, 1}, {0, 1});
  const Image bare = draw_chart(chart);
  chart.title = "Title";
  chart.x_label = "below";
  chart.y_label = "beside";
  const Image full = draw_chart(chart);
  const cv::Rect top(0, 0, 960, 30), bottom(100, 375, 800, 25), left(0, 60, 22, 250);
  EXPECT_GT(ink(full, top), 40);
  EXPECT_GT(ink(full, bottom), 40);
  EXPECT_GT(ink(full, left), 40);
  EXPECT_EQ(ink(bare, left), 0);
}

TEST(Chart, LongTextsStayInside) {
  Chart chart = chart_of({0, 1}, {0, 1});
  chart.title = chart.x_label = chart.y_label = chart.series[0].name = std::string(400, 'w');
  const cv::Rect part = drawn_part(draw_chart(chart));
  EXPECT_GT(part.x, 2);
  EXPECT_GT(part.y, 2);
  EXPECT_LT(part.br().x, 958);
  EXPECT_LT(part.br().y, 398);
}

TEST(Chart, SmoothingDrawsAMeanOverThePaleCurve) {
  Chart chart = chart_of({}, {});
  for (int i = 0; i < 400; ++i) {
    chart.series[0].x.push_back(i);
    chart.series[0].y.push_back(i % 2);
  }
  ChartOptions options;
  options.smooth = 50;
  const Image image = draw_chart(chart, options);
  const cv::Rect middle(300, 0, 400, 400);
  int rows = 0, pale = 0;
  for (int y = 0; y < 400; ++y) rows += count(image, {300, y, 400, 1}, kFirst) > 0 ? 1 : 0;
  EXPECT_GT(rows, 0);
  EXPECT_LT(rows, 12);
  for (int y = 100; y < 300; ++y) pale += at(image, y, 400).blue > at(image, y, 400).red + 15 ? 1 : 0;
  EXPECT_GT(pale, 100);
  EXPECT_GT(count(draw_chart(chart), middle, kFirst), 10 * count(image, middle, kFirst));
}

TEST(Chart, AlsoCoversNumbersAskedFor) {
  Chart chart = chart_of({4, 5}, {0, 1});
  const int alone = part_in(draw_chart(chart), kFirst).width;
  chart.x_also = {0, 10, kNan, kInfinite};
  EXPECT_NEAR(part_in(draw_chart(chart), kFirst).width, alone / 10.0, 8);
}

TEST(Chart, WithoutDataSaysSo) {
  const cv::Rect middle(400, 150, 200, 60);
  for (const Chart& chart : {Chart{}, chart_of({}, {}), chart_of({1, kNan}, {kNan, 1})}) {
    EXPECT_GT(ink(draw_chart(chart), middle), 30);
  }
  EXPECT_EQ(ink(draw_chart(chart_of({0, 1}, {0, 0})), middle), 0);
  Chart negative = chart_of({1, 2}, {0, -1});
  negative.log_y = true;
  EXPECT_GT(ink(draw_chart(negative), middle), 30);
}

TEST(Chart, SurvivesEveryKindOfNumber) {
  const double numbers[] = {-1e308, -1e290, -1,   -1e-308, 0,     5e-324, 1e-290,
                            1e-12,  1,      1e15, 1e290,   1e308, kNan,   -kInfinite};
  for (const double a : numbers) {
    for (const double b : numbers) {
      for (const bool log_y : {false, true}) {
        Chart chart = chart_of({a, b, 0}, {b, a, 1});
        chart.log_y = log_y;
        ChartOptions options;
        options.smooth = log_y ? 1 : 0;
        options.width = 240;
        options.height = 160;
        const Image image = draw_chart(chart, options);
        ASSERT_TRUE(whole(image));
        ASSERT_GT(count(image, kFirst), 0) << a << " " << b;
      }
    }
  }
}

TEST(Chart, RefusesWhatCannotBeDrawn) {
  EXPECT_ERROR(draw_chart(chart_of({1, 2}, {1})), ErrorCode::kBadArgument, "2 x but 1 y");
  ChartOptions options;
  options.width = 50;
  EXPECT_ERROR(draw_chart({}, options), ErrorCode::kBadArgument, "width");
  options = {};
  options.height = 1 << 30;
  EXPECT_ERROR(draw_chart({}, options), ErrorCode::kBadArgument, "height");
  options = {};
  options.text = 7;
  EXPECT_ERROR(draw_chart({}, options), ErrorCode::kBadArgument, "text");
  options.text = 40;
  options.height = 120;
  EXPECT_ERROR(draw_chart({}, options), ErrorCode::kBadArgument, "no room");
}

TEST(Stack, PutsImagesBelowEachOtherOnWhite) {
  const image::Color red{255, 0, 0}, blue{0, 0, 255};
  const Image image = stack({filled(3, 8, red), filled(5, 4, blue)});
  EXPECT_EQ(image.height, 8);
  EXPECT_EQ(image.width, 8);
  EXPECT_EQ(count(image, {0, 0, 8, 3}, red), 24);
  EXPECT_EQ(count(image, {0, 3, 4, 5}, blue), 20);
  EXPECT_EQ(count(image, {4, 3, 4, 5}, kPaper), 20);
}

TEST(Stack, RefusesNoImages) {
  EXPECT_ERROR(stack({}), ErrorCode::kBadArgument, "no images");
  EXPECT_ERROR(stack({filled(3, 8, kInk), Image{}}), ErrorCode::kBadArgument, "0x0");
}

}  // namespace
}  // namespace relprompt::analysis
