// Polygons of label maps, filled again by two rasterisers that know nothing of how they were made.
#include "formats/polygons.h"

#include <algorithm>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "all_polygons.h"
#include "decoders.h"
#include "maps.h"

namespace relprompt::formats {
namespace {

test::Line line_of(const Ring& ring) {
  test::Line line;
  for (const Point point : ring) line.emplace_back(point.x, point.y);
  return line;
}

std::vector<test::Line> all_lines(const std::vector<Polygon>& polygons) {
  std::vector<test::Line> lines;
  for (const auto& polygon : polygons)
    for (const auto& ring : polygon) lines.push_back(line_of(ring));
  return lines;
}

std::vector<test::Line> all_lines(const std::vector<Ring>& rings) {
  std::vector<test::Line> lines;
  for (const auto& ring : rings) lines.push_back(line_of(ring));
  return lines;
}

test::Mask mask_of(const LabelMap& map, std::uint16_t label) {
  test::Mask mask(map.labels.size());
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = map.labels[i] == label;
  return mask;
}

/// With every label of the map: also of those that no polygon should have.
std::set<std::uint16_t> labels_of(const LabelMap& map) {
  std::set<std::uint16_t> labels(map.labels.begin(), map.labels.end());
  labels.erase(LabelMap::kUnknown);
  return labels;
}

TEST(Polygons, FilledAgainGiveTheMap) {
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    const Polygons polygons(map, {});
    const auto labels = labels_of(map);
    ASSERT_EQ(polygons.labels(), std::vector<std::uint16_t>(labels.begin(), labels.end())) << name;
    for (const std::uint16_t label : labels) {
      const auto mask = mask_of(map, label);
      const auto holes = all_lines(with_holes(polygons, label)), rings = all_lines(joined(polygons, label));
      ASSERT_EQ(test::fill_even_odd(holes, map.height, map.width), mask) << name << ", label " << label;
      ASSERT_EQ(test::fill_even_odd(rings, map.height, map.width), mask) << name << ", label " << label;
      if (classes > 4 && label % 97 != 0) continue;  // OpenCV's images are large
      ASSERT_EQ(test::fill_by_opencv(holes, map.height, map.width), mask) << name << ", label " << label;
      ASSERT_EQ(test::fill_by_opencv(rings, map.height, map.width), mask) << name << ", label " << label;
    }
  }
}

TEST(Polygons, AreTheSameInGroupsOfClasses) {
  OutputOptions options;
  options.min_polygon = 2;
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    const Polygons at_once(map, options);
    for (const std::uint64_t stretches : {1, 50, 1 << 20}) {
      std::vector<std::uint16_t> labels;
      const auto compare = [&, &name = name](const Polygons& polygons, std::uint16_t label) {
        labels.push_back(label);
        ASSERT_EQ(with_holes(polygons, label), with_holes(at_once, label)) << name << ", label " << label;
        ASSERT_EQ(joined(polygons, label), joined(at_once, label)) << name << ", label " << label;
      };
      // Once over the map for each class is too often for thousands.
      if (stretches > 1 || classes < 100) {
        for_each_class(map, options, compare, stretches);
        EXPECT_EQ(labels, at_once.labels()) << name;
      }
    }
  }
}

TEST(Polygons, RangesOfClassesHoldSoManyStretches) {
  const auto map = test::drawn_map({"abab", "ccfc", "...b"});  // stretches: a 2, b 3, c 2, f 1
  const auto ranges_of = [&](std::uint64_t most) {
    std::vector<std::pair<int, int>> ranges;
    for (const auto range : class_ranges(map, most)) ranges.emplace_back(range.first, range.last);
    return ranges;
  };
  using Ranges = std::vector<std::pair<int, int>>;
  EXPECT_EQ(ranges_of(100), (Ranges{{0, 5}}));
  EXPECT_EQ(ranges_of(5), (Ranges{{0, 1}, {2, 5}}));
  EXPECT_EQ(ranges_of(1), (Ranges{{0, 0}, {1, 1}, {2, 2}, {5, 5}}));
  EXPECT_TRUE(class_ranges(test::drawn_map({".."}), 1).empty());
}

TEST(Polygons, EachAloneIsConnectedPixelsOfItsClass) {
  // A tool that fills polygon after polygon, as pycocotools does, gets the same.
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    if (classes > 100) continue;
    const Polygons polygons(map, {});
    for (const std::uint16_t label : polygons.labels()) {
      test::Mask all(map.labels.size());
      for (const auto& ring : joined(polygons, label)) {
        const auto one = test::fill_even_odd({line_of(ring)}, map.height, map.width);
        for (std::size_t i = 0; i < all.size(); ++i) {
          ASSERT_FALSE(all[i] && one[i]) << name << ": pixel " << i << " is in two polygons";
          all[i] = all[i] || one[i];
        }
        const auto pixels = std::count(one.begin(), one.end(), true);
        ASSERT_EQ(doubled_area(ring.data(), ring.size()), 2 * pixels) << name;
      }
      ASSERT_EQ(all, mask_of(map, label)) << name << ", label " << label;
    }
  }
}

TEST(Polygons, RingsAreSimple) {
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    const Polygons polygons(map, {});
    for (const std::uint16_t label : polygons.labels()) {
      for (const auto& polygon : with_holes(polygons, label)) {
        for (std::size_t i = 0; i < polygon.size(); ++i) {
          const Ring& ring = polygon[i];
          std::set<std::pair<int, int>> points;
          for (std::size_t k = 0; k < ring.size(); ++k) {
            const Point before = ring[(k + ring.size() - 1) % ring.size()],
                        after = ring[(k + 1) % ring.size()];
            ASSERT_TRUE(points.insert({ring[k].x, ring[k].y}).second) << name << ": a point is passed twice";
            ASSERT_NE(before.x == ring[k].x, ring[k].x == after.x) << name << ": no turn at a point";
          }
          const bool is_outer = doubled_area(ring.data(), ring.size()) > 0;
          ASSERT_EQ(is_outer, i == 0)
              << name << ": the outer ring is the first, and the only one that runs clockwise";
        }
      }
    }
  }
}

TEST(Polygons, TouchingAtACornerIsNoConnection) {
  const auto map = test::drawn_map({"a.", ".a"});
  const Polygons polygons(map, {});
  const auto shapes = with_holes(polygons, 0);
  ASSERT_EQ(shapes.size(), 2u);
  EXPECT_EQ(shapes[0], (Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}));
  EXPECT_EQ(shapes[1], (Polygon{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}}));
}

TEST(Polygons, AHoleIsJoinedFromItsLeft) {
  const auto map = test::drawn_map({"aaaa", "aa.a", "aaaa"});
  const Polygons polygons(map, {});
  EXPECT_EQ(with_holes(polygons, 0),
            (std::vector<Polygon>{{{{0, 0}, {4, 0}, {4, 3}, {0, 3}}, {{2, 1}, {2, 2}, {3, 2}, {3, 1}}}}));
  EXPECT_EQ(joined(polygons, 0),
            (std::vector<Ring>{
                {{0, 0}, {4, 0}, {4, 3}, {0, 3}, {0, 1}, {2, 1}, {2, 2}, {3, 2}, {3, 1}, {2, 1}, {0, 1}}}));
}

TEST(Polygons, SmallOnesAreLeftOutAndSmallHolesFilled) {
  const auto map = test::drawn_map({"aaaaaa..b", "a.a..a.bb", "aaa..a..b", "aaaaaa.a."});
  OutputOptions options;
  options.min_polygon = 4;
  const Polygons polygons(map, options);
  EXPECT_EQ(polygons.labels(), (std::vector<std::uint16_t>{0, 1}));
  const auto kept = test::drawn_map({"aaaaaa..b", "aaa..a.bb", "aaa..a..b", "aaaaaa..."});
  for (const std::uint16_t label : polygons.labels()) {
    EXPECT_EQ(test::fill_even_odd(all_lines(with_holes(polygons, label)), 4, 9), mask_of(kept, label));
    EXPECT_EQ(test::fill_even_odd(all_lines(joined(polygons, label)), 4, 9), mask_of(kept, label));
  }
  options.min_polygon = 5;
  EXPECT_EQ(Polygons(map, options).labels(), (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(with_holes(Polygons(map, options), 0)[0].size(), 1u) << "the hole of four pixels is filled too";
}

TEST(Polygons, SmallHolesBetweenLargeOnesLoseNone) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const auto map = test::noise(40, 60, 1, 0.45, seed);
    OutputOptions options;
    options.min_polygon = 3;
    const Polygons polygons(map, options);
    if (polygons.labels().empty()) continue;
    EXPECT_EQ(test::fill_even_odd(all_lines(with_holes(polygons, 0)), 40, 60),
              test::fill_even_odd(all_lines(joined(polygons, 0)), 40, 60))
        << seed;
  }
}

}  // namespace
}  // namespace relprompt::formats
