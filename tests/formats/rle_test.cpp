// Run lengths of COCO and of Label Studio, read back by decoders of the tests' own.
#include <cstdio>
#include <functional>

#include <gtest/gtest.h>

#include "decoders.h"
#include "formats/brush_rle.h"
#include "formats/coco_rle.h"
#include "maps.h"

namespace relprompt::formats {
namespace {

/// Where the map has this label.
test::Mask mask_of(const LabelMap& map, std::uint16_t label) {
  test::Mask mask(map.labels.size());
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = map.labels[i] == label;
  return mask;
}

std::string counts_of(const LabelMap& map) {
  const MaskRuns masks(map, PixelOrder::kColumns);
  const auto [begin, end] = masks.runs(0);
  return coco_counts(begin, end, map.labels.size());
}

TEST(CocoRle, IsThePublishedText) {
  // Worked out by hand: counts 1, 2, 1 of "a mask in the middle", numbered by columns.
  EXPECT_EQ(counts_of(test::drawn_map({".", "a", "a", "."})), "121");
  // The mask begins at once: a count of 0 outside comes first.
  EXPECT_EQ(counts_of(test::drawn_map({"a", "."})), "011");
  // 40 outside is 8 + 32 * 1: the characters 8 + 32 + 48 and 1 + 48. The fourth count is 3 - 5 = -2: 30 + 48.
  EXPECT_EQ(counts_of(test::drawn_map({std::string(40, '.') + "aaaaa" + "......." + "aaa"})), "X157N");
}

TEST(CocoRle, DecodesToEveryMask) {
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    const MaskRuns masks(map, PixelOrder::kColumns);
    std::size_t covered = 0;
    for (std::size_t i = 0; i < masks.labels().size(); ++i) {
      const auto [begin, end] = masks.runs(i);
      const auto mask = test::decode_coco(coco_counts(begin, end, map.labels.size()), map.height, map.width);
      ASSERT_EQ(mask, mask_of(map, masks.labels()[i])) << name << ", label " << masks.labels()[i];
      covered += masks.pixels(i);
    }
    EXPECT_EQ(covered,
              static_cast<std::size_t>(std::count_if(map.labels.begin(), map.labels.end(),
                                                     [](auto label) { return label != LabelMap::kUnknown; })))
        << name;
  }
}

TEST(CocoRle, BoxesAreTight) {
  for (const PixelOrder order : {PixelOrder::kColumns, PixelOrder::kRows}) {
    for (const auto& [name, map, classes] : test::difficult_maps()) {
      const MaskRuns masks(map, order);
      for (std::size_t i = 0; i < masks.labels().size(); ++i) {
        int x0 = map.width, y0 = map.height, x1 = 0, y1 = 0;
        for (int y = 0; y < map.height; ++y) {
          for (int x = 0; x < map.width; ++x) {
            if (map.labels[static_cast<std::size_t>(y * map.width + x)] != masks.labels()[i]) continue;
            x0 = std::min(x0, x), x1 = std::max(x1, x + 1), y0 = std::min(y0, y), y1 = std::max(y1, y + 1);
          }
        }
        const Box box = masks.box(i);
        ASSERT_EQ((std::vector<int>{x0, y0, x1 - x0, y1 - y0}),
                  (std::vector<int>{static_cast<int>(box.x), static_cast<int>(box.y),
                                    static_cast<int>(box.width), static_cast<int>(box.height)}))
            << name << ", label " << masks.labels()[i];
      }
    }
  }
}

TEST(BrushRle, DecodesToEveryMask) {
  for (const auto& [name, map, classes] : test::difficult_maps()) {
    if (classes > 5000) continue;
    const MaskRuns masks(map, PixelOrder::kRows);
    for (std::size_t i = 0; i < masks.labels().size(); ++i) {
      const auto [begin, end] = masks.runs(i);
      const auto values = test::decode_brush(brush_rle(begin, end, map.labels.size()));
      ASSERT_EQ(values.size(), map.labels.size() * 4) << name;
      for (std::size_t k = 0; k < values.size(); ++k)
        ASSERT_EQ(values[k], map.labels[k / 4] == masks.labels()[i] ? 255 : 0) << name << ", value " << k;
    }
  }
}

TEST(BrushRle, LongRunsAreDivided) {
  // Around the longest run of each size of length: 2, 4, 64, 16384 pixels of four values.
  for (const int width : {1, 2, 3, 4, 5, 63, 64, 65, 16383, 16384, 16385, 40000}) {
    LabelMap map{2, width, std::vector<std::uint16_t>(static_cast<std::size_t>(2 * width), 0)};
    std::fill(map.labels.begin() + width, map.labels.end(), LabelMap::kUnknown);
    const MaskRuns masks(map, PixelOrder::kRows);
    const auto [begin, end] = masks.runs(0);
    const auto values = test::decode_brush(brush_rle(begin, end, map.labels.size()));
    ASSERT_EQ(values.size(), map.labels.size() * 4);
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(values[i], i < static_cast<std::size_t>(width) * 4 ? 255 : 0) << width << ", value " << i;
  }
}

}  // namespace
}  // namespace relprompt::formats
