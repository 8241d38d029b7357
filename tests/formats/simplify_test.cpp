// Fewer points: never farther from the outline than was asked for, and in time that does not explode.
#include "formats/simplify.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "all_polygons.h"
#include "formats/polygons.h"
#include "maps.h"

namespace relprompt::formats {
namespace {

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double along = length == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0);
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

Ring chosen(const Ring& ring, const std::vector<bool>& kept) {
  Ring result;
  for (std::size_t i = 0; i < ring.size(); ++i)
    if (kept[i]) result.push_back(ring[i]);
  return result;
}

/// A staircase of unit steps: the outline of a triangle.
Ring staircase(int steps) {
  Ring ring = {{0, 0}, {steps, 0}};
  for (int i = steps; i > 0; --i) {
    ring.push_back({i, steps - i + 1});
    ring.push_back({i - 1, steps - i + 1});
  }
  return ring;
}

TEST(Simplify, AStaircaseBecomesALine) {
  const Ring ring = staircase(50);
  EXPECT_EQ(chosen(ring, kept_points(ring.data(), ring.size(), 1)).size(), 3u);
  EXPECT_EQ(chosen(ring, kept_points(ring.data(), ring.size(), 0)), ring);
}

TEST(Simplify, WhatIsLeftOutLiesNearby) {
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    const auto map = test::blobs(70, 90, 3, seed);
    const auto outlines = trace_outlines(map);
    for (const auto& ring : outlines.rings) {
      const Point* points = outlines.points.data() + ring.first;
      for (const double tolerance : {0.5, 1.0, 2.5, 100.0}) {
        const auto kept = kept_points(points, ring.count, tolerance);
        std::size_t before = 0;
        ASSERT_TRUE(kept[0]);
        for (std::size_t i = 1; i <= ring.count; ++i) {
          if (i < ring.count && !kept[i]) continue;
          for (std::size_t k = before + 1; k < i; ++k)
            ASSERT_LE(distance(points[k], points[before], points[i % ring.count]), tolerance + 1e-9);
          before = i;
        }
      }
    }
  }
}

TEST(Simplify, PinnedPointsStay) {
  const Ring ring = staircase(20);
  std::vector<bool> pinned(ring.size());
  pinned[7] = pinned[20] = true;
  const auto kept = kept_points(ring.data(), ring.size(), 1000, pinned);
  EXPECT_TRUE(kept[7] && kept[20]);
}

TEST(Simplify, ALongCombTakesNoQuadraticTime) {
  // Every tooth is as far away as any other: the worst case of Douglas-Peucker.
  Ring ring;
  for (int i = 0; i < 400000; ++i) ring.push_back({i / 2, i % 4 < 2 ? 0 : 5});
  ring.push_back({200000, 9});
  ring.push_back({0, 9});
  const auto kept = kept_points(ring.data(), ring.size(), 0.5);
  EXPECT_GT(std::count(kept.begin(), kept.end(), true), 150000);
}

TEST(Simplify, JoinedHolesStayInsideTheirTolerance) {
  const auto map = test::blobs(100, 100, 4, 5);
  OutputOptions options;
  options.simplify = 1.5;
  const Polygons simple(map, options), exact(map, {});
  std::size_t points = 0, all = 0;
  for (const std::uint16_t label : exact.labels()) {
    for (const auto& ring : joined(exact, label)) all += ring.size();
    for (const auto& ring : joined(simple, label)) points += ring.size();
  }
  EXPECT_LT(points, all / 2);
  EXPECT_GT(points, 0u);
}

}  // namespace
}  // namespace relprompt::formats
