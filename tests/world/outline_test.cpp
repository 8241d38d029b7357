// Outlines and the pixels inside them.
#include "world/outline.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "world/circle.h"
#include "world/placement.h"

namespace relprompt::world {
namespace {

/// A square from -a to a, in 1 / 256 pixel.
Outline square(int a) {
  return {{-a, -a}, {a, -a}, {a, a}, {-a, a}};
}

int area(const std::vector<Span>& spans) {
  int pixels = 0;
  for (const Span& span : spans) pixels += span.right - span.left;
  return pixels;
}

/// True if no pixel of `inner` is outside `outer`.
bool lies_within(const std::vector<Span>& inner, const std::vector<Span>& outer) {
  return std::all_of(inner.begin(), inner.end(), [&](const Span& part) {
    return std::any_of(outer.begin(), outer.end(), [&](const Span& span) {
      return span.y == part.y && span.left <= part.left && part.right <= span.right;
    });
  });
}

TEST(Outline, PixelsAreInsideIfTheirMiddleIs) {
  const std::vector<Span> spans = spans_of(square(512), 10, 20, 96);
  ASSERT_EQ(spans.size(), 4u);
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(spans[row].y, 18 + static_cast<int>(row));
    EXPECT_EQ(spans[row].left, 8);
    EXPECT_EQ(spans[row].right, 12);
  }
  // 127 / 256 is short of the middle of the next pixel, 129 / 256 is beyond it.
  EXPECT_EQ(area(spans_of(square(512 + 127), 10, 20, 96)), 16);
  EXPECT_EQ(area(spans_of(square(512 + 129), 10, 20, 96)), 36);
}

TEST(Outline, IsCutAtTheImage) {
  EXPECT_EQ(area(spans_of(square(512), 0, 0, 96)), 4);
  EXPECT_EQ(area(spans_of(square(512), 96, 96, 96)), 4);
  EXPECT_TRUE(spans_of(square(512), -10, 20, 96).empty());
  EXPECT_EQ(area(spans_of(square(512 * 200), 40, 40, 96)), 96 * 96);
}

TEST(Outline, HollowShapesGetSeveralSpansARow) {
  const Outline cup = {{-1024, -1024}, {-512, -1024}, {-512, 0},    {512, 0},
                       {512, -1024},   {1024, -1024}, {1024, 1024}, {-1024, 1024}};
  const std::vector<Span> spans = spans_of(cup, 20, 20, 96);
  EXPECT_EQ(spans.size(), 4u * 2 + 4);
  EXPECT_EQ(area(spans), 64 - 16);
}

TEST(Outline, RandomOnesStayWithinTheirRadiusAndFillAGoodPartOfIt) {
  Draw draw(1);
  for (int round = 0; round < 300; ++round) {
    const Outline outline = random_outline(18, draw);
    for (const Corner& corner : outline)
      EXPECT_LE(corner.x * corner.x + corner.y * corner.y, (18 * 256 + 2) * (18 * 256 + 2));
    const int pixels = area(spans_of(outline, 48, 48, 96));
    EXPECT_GT(pixels, 250);
    EXPECT_LE(pixels, 1030);
    const std::vector<Span> core = spans_of(shrunk(outline, 320), 48, 48, 96);
    EXPECT_LT(area(core), pixels);
    EXPECT_TRUE(lies_within(core, spans_of(outline, 48, 48, 96)));
    EXPECT_GT(area(core), pixels / 2);
  }
}

TEST(Circle, SinesAreThoseOfTheMathematics) {
  for (int angle = -kTurn; angle <= kTurn; ++angle) {
    const double radians = angle * 2 * 3.14159265358979323846 / kTurn;
    EXPECT_NEAR(sine(angle), kOne * std::sin(radians), 0.51) << angle;
    EXPECT_NEAR(cosine(angle), kOne * std::cos(radians), 0.51) << angle;
  }
}

TEST(Placement, ShapesLieInsideTheImageWithTheirMiddle) {
  Draw draw(7);
  for (int round = 0; round < 50; ++round) {
    for (const Placed& object : place_objects(4, 96, draw)) {
      EXPECT_GE(object.radius, 12);
      EXPECT_LE(object.radius, 21);
      EXPECT_GE(std::min(object.x, object.y), object.radius * 3 / 4);
      EXPECT_LT(std::max(object.x, object.y), 96 - object.radius * 3 / 4);
      EXPECT_EQ(area(object.spans), object.area);
      for (const Span& span : object.spans) {
        EXPECT_TRUE(span.y >= 0 && span.y < 96 && span.left >= 0 && span.left < span.right &&
                    span.right <= 96);
      }
    }
  }
}

}  // namespace
}  // namespace relprompt::world
