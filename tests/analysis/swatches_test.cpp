// Legends: rows, what is left out, and the hatching of unknown.
#include "analysis/swatches.h"

#include <gtest/gtest.h>

#include "analysis/canvas.h"
#include "image_look.h"

namespace relprompt::analysis {
namespace {

using namespace test;

std::vector<Swatch> numbered(std::size_t count) {
  std::vector<Swatch> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back({image::color_of(static_cast<std::uint16_t>(i)), "title " + std::to_string(i)});
  }
  return entries;
}

Image drawn(const Swatches& swatches, int width) {
  Image canvas = blank_canvas(swatches.height() + 1, width);
  swatches.draw(canvas, 0, 0);
  return canvas;
}

TEST(Swatches, NoEntriesTakeNoRoom) {
  const Swatches swatches({}, 500, 10, 3);
  EXPECT_EQ(swatches.height(), 0);
  EXPECT_TRUE(drawn_part(drawn(swatches, 500)).empty());
}

TEST(Swatches, AreShownInTheirColoursWithTheirTitles) {
  const Swatches swatches(numbered(4), 800, 10, 3);
  EXPECT_EQ(swatches.height(), 20);
  const Image image = drawn(swatches, 800);
  for (std::uint16_t i = 0; i < 4; ++i) EXPECT_GT(count(image, image::color_of(i)), 60) << i;
  EXPECT_GT(ink(image, {16, 0, 60, 20}), 20);
}

TEST(Swatches, WrapIntoRowsAndLeaveOutTheRest) {
  const Swatches rows(numbered(10), 300, 10, 100);
  EXPECT_GT(rows.height(), 20);
  EXPECT_EQ(rows.height() % 20, 0);
  const Swatches cut(numbered(200), 300, 10, 2);
  EXPECT_EQ(cut.height(), 40);
  const Image image = drawn(cut, 300);
  EXPECT_GT(count(image, image::color_of(0)), 0);
  EXPECT_EQ(count(image, image::color_of(150)), 0);
  EXPECT_EQ(Swatches(numbered(5), 1, 10, 1).height(), 20);  // one column, and only "+5 more" in it
}

TEST(Swatches, LongTitlesAreShortened) {
  const Swatches swatches({{image::color_of(0), std::string(500, 'w')}}, 2000, 10, 1);
  EXPECT_LT(drawn_part(drawn(swatches, 2000)).width, 300);
}

TEST(Swatches, HatchedOnesAreDarkWithLightLines) {
  const Image image = drawn(Swatches({{{255, 0, 0}, "unknown", Hatch::kUnknown}}, 300, 16, 1), 300);
  EXPECT_EQ(count(image, {255, 0, 0}), 0);
  EXPECT_GT(count(image, hatched_at(0, 0, Hatch::kUnknown)), 20);
  EXPECT_GT(count(image, hatched_at(3, 0, Hatch::kUnknown)), 60);
  EXPECT_NE(hatched_at(0, 0, Hatch::kUnknown), hatched_at(3, 0, Hatch::kUnknown));
}

TEST(Swatches, IgnoredOnesFallToTheOtherSide) {
  for (const Hatch hatch : {Hatch::kUnknown, Hatch::kIgnored}) {
    const int step = hatch == Hatch::kUnknown ? -1 : 1;
    for (int y = 0; y < 30; ++y) {
      for (int x = 10; x < 40; ++x) {
        EXPECT_EQ(hatched_at(x, y, hatch), hatched_at(x + step, y + 1, hatch)) << x << ' ' << y;
      }
    }
  }
}

}  // namespace
}  // namespace relprompt::analysis
