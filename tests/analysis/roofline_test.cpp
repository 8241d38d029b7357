// The roofline: points lie where their numbers say, under the roof that memory and arithmetic make.
#include "analysis/roofline.h"

#include <cmath>

#include <gmock/gmock.h>

#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;
using testing::HasSubstr;

Roofline example() {
  return {"a window", 20, {{"fp32", 200}, {"int8", 800}}, {{"attention", 40, 150}, {"labels", 0.5, 6}}};
}

TEST(Roofline, NamesEverythingInBothForms) {
  const auto figure = roofline_figure(example());
  const auto svg = svg_of(figure);
  for (const char* text :
       {">a window<", ">memory 20 GB/s<", ">fp32 200<", ">int8 800<", ">attention 150<", ">labels 6<"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_TRUE(whole(draw_figure(figure)));
}

TEST(Roofline, IsLogarithmicAndMeetsItsRidge) {
  auto roofline = example();
  // On the slope: 2 operations a byte at 20 GB/s; on the roof beyond the ridge at 40.
  roofline.points = {{"a", 2, 40}, {"b", 4, 80}, {"c", 8, 160}, {"d", 100, 800}};
  const auto figure = roofline_figure(roofline);
  ASSERT_EQ(figure.dots.size(), 4u);
  const auto at = [&](std::size_t i) { return figure.dots[i].center; };
  EXPECT_NEAR(at(1).x - at(0).x, at(2).x - at(1).x, 1e-6) << "octaves are equally wide";
  EXPECT_NEAR(at(1).y - at(0).y, at(2).y - at(1).y, 1e-6) << "and equally high";
  EXPECT_LT(at(1).y, at(0).y);
  const FigureLine* slope = nullptr;  // the only line that is neither level nor upright
  for (const auto& line : figure.lines) {
    const auto way = line.points.back() - line.points.front();
    if (way.x != 0 && way.y != 0) slope = &line;
  }
  ASSERT_NE(slope, nullptr);
  const auto foot = slope->points.front(), ridge = slope->points.back();
  EXPECT_NEAR(ridge.y, at(3).y, 1e-6);
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = (at(i).x - foot.x) / (ridge.x - foot.x);
    EXPECT_NEAR(at(i).y, foot.y + share * (ridge.y - foot.y), 1e-6) << "point " << i << " lies on the slope";
  }
}

TEST(Roofline, SaysWhatIsAboveTheMemorysSlope) {
  auto roofline = example();
  roofline.points = {{"a", 4, 79}, {"b", 4, 81}};
  const auto svg = svg_of(roofline_figure(roofline));
  EXPECT_THAT(svg, HasSubstr(">a 79<"));
  EXPECT_THAT(svg, HasSubstr(">b 81, out of caches<"));
}

TEST(Roofline, NamesDoNotLieOnTheRoof) {
  auto roofline = example();
  roofline.points = {{"a", 200, 799}};
  const auto figure = roofline_figure(roofline);
  double highest = 0;
  for (const auto& line : figure.lines) {
    const bool ceiling = line.width == 2 && line.points[0].y == line.points[1].y;
    if (ceiling && (highest == 0 || line.points[0].y < highest)) highest = line.points[0].y;
  }
  for (const auto& text : figure.texts) {
    if (text.text != "a 799") continue;
    EXPECT_GT(text.place.y - text.height, highest);
  }
}

TEST(Roofline, RefusesWhatCannotBeDrawn) {
  auto roofline = example();
  roofline.ceilings.clear();
  EXPECT_ERROR(roofline_figure(roofline), ErrorCode::kBadArgument, "without a ceiling");
  roofline = example();
  roofline.memory_rate = 0;
  EXPECT_ERROR(roofline_figure(roofline), ErrorCode::kBadArgument, "memory's rate");
  roofline = example();
  roofline.points[1].intensity = NAN;
  EXPECT_ERROR(roofline_figure(roofline), ErrorCode::kBadArgument, "intensity");
  roofline = example();
  roofline.points[0].gflops = 801;
  EXPECT_ERROR(roofline_figure(roofline), ErrorCode::kBadArgument, "\"attention\" is above the roof");
}

}  // namespace
}  // namespace relprompt::analysis
