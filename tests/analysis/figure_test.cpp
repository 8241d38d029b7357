// Figures that become PNG and SVG alike, and the chart of attention distances built on them.
#include "analysis/figure.h"

#include <gmock/gmock.h>

#include "analysis/distance_chart.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

constexpr image::Color kRed{200, 10, 20};

TEST(Figure, DrawsLinesAndDotsWhereTheyAre) {
  Figure figure;
  figure.width = 100;
  figure.height = 60;
  figure.lines.push_back({{{10, 20}, {90, 20}}, kRed, 3});
  figure.dots.push_back({{50, 45}, 5, kInk});
  const Image image = draw_figure(figure);
  EXPECT_EQ(image.width, 100);
  EXPECT_EQ(image.height, 60);
  EXPECT_EQ(at(image, 20, 40), kRed);
  EXPECT_EQ(at(image, 45, 50), kInk);
  EXPECT_EQ(at(image, 30, 50), kPaper);
}

TEST(Figure, SvgHoldsTheSameThings) {
  Figure figure;
  figure.width = 100;
  figure.height = 60;
  figure.lines.push_back({{{10, 20}, {90, 20.5}}, kRed, 2});
  figure.dots.push_back({{50, 45}, 5, kInk});
  figure.texts.push_back({{12, 40}, "a < b & \"c\" é\x01", 9, kInk, Align::kRight, true});
  const auto svg = svg_of(figure);
  EXPECT_THAT(svg, HasSubstr("width=\"100\" height=\"60\""));
  EXPECT_THAT(svg, HasSubstr("points=\"10.00,20.00 90.00,20.50\" stroke=\"#c80a14\" stroke-width=\"2\""));
  EXPECT_THAT(svg, HasSubstr("<circle cx=\"50.00\" cy=\"45.00\" r=\"5.00\""));
  EXPECT_THAT(svg, HasSubstr("text-anchor=\"end\""));
  EXPECT_THAT(svg, HasSubstr("rotate(-90 12.00 40.00)"));
  EXPECT_THAT(svg, HasSubstr(">a &lt; b &amp; \"c\" é\\x01</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("\x01")));
}

TEST(Figure, SvgIsWholeWhateverANameHolds) {
  Figure figure;
  figure.width = figure.height = 60;
  figure.texts.push_back({{12, 40}, "x\xFF</text><script>\u202E\uFFFE", 9, kInk, Align::kLeft, false});
  const auto svg = svg_of(figure);
  EXPECT_THAT(svg, HasSubstr(">x\uFFFD&lt;/text&gt;&lt;script&gt;\\u202e\\ufffe</text>"));
}

TEST(DistanceChart, HasADotAHeadAndALineAModel) {
  const auto figure = distance_figure("title", {{"before", {{1, 3}, {2, 4}, {5, 7}}}, {"after", {{1, 3}}}});
  EXPECT_EQ(figure.dots.size(), 6u + 2 + 2);  // and one a series in the legend
  std::size_t curves = 0;
  for (const auto& line : figure.lines) curves += line.points.size() == 3;
  EXPECT_EQ(curves, 1u);
  const auto svg = svg_of(figure);
  for (const char* text : {">title<", ">before<", ">after<", ">3<"}) EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_TRUE(whole(draw_figure(figure)));
}

TEST(DistanceChart, LongerDistancesStandHigher) {
  const auto figure = distance_figure("", {{"", {{2, 8}, {5}}}});
  const auto& dots = figure.dots;  // the legend's first
  ASSERT_EQ(dots.size(), 4u);
  EXPECT_GT(dots[1].center.y, dots[3].center.y);
  EXPECT_GT(dots[3].center.y, dots[2].center.y);
  EXPECT_EQ(dots[1].center.x, dots[2].center.x);
  EXPECT_LT(dots[1].center.x, dots[3].center.x);
  const auto& mean = figure.lines.back().points;
  ASSERT_EQ(mean.size(), 2u);
  EXPECT_NEAR(mean[0].y, (dots[1].center.y + dots[2].center.y) / 2, 1e-9);
}

TEST(DistanceChart, RefusesWhatCannotBeDrawn) {
  EXPECT_ERROR(distance_figure("", {}), ErrorCode::kBadArgument, "0 series");
  EXPECT_ERROR(distance_figure("", {{"a", {}}}), ErrorCode::kBadArgument, "no layer");
  EXPECT_ERROR(distance_figure("", {{"a", {{1}, {}}}}), ErrorCode::kBadArgument, "no head");
  EXPECT_ERROR(distance_figure("", {{"a", {{-1}}}}), ErrorCode::kBadArgument, "attention distance");
  EXPECT_TRUE(whole(draw_figure(distance_figure("", {{"a", {{0}}}}))));
}

}  // namespace
}  // namespace relprompt::analysis
