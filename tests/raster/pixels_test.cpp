// Reading rasters through a source that is made up.
#include "raster/pixels.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::raster {
namespace {

/// One band whose samples are 1000 y + x, with data in the rows from `first` to `end`.
class Ramp : public Source {
 public:
  Ramp(std::int64_t height, std::int64_t width, std::int64_t first, std::int64_t end = 1'000'000)
      : first_(first), end_(end) {
    facts_.height = height;
    facts_.width = width;
    facts_.bands = {{"UInt16", "", std::nullopt}};
  }

  const RasterFacts& facts() const override { return facts_; }
  Answer read(const Rectangle& where, const std::vector<int>& bands, double* samples,
              std::uint8_t* valid) override {
    EXPECT_GE(where.y, 0);
    EXPECT_LE(where.y + where.height, facts_.height);
    EXPECT_LE(where.x + where.width, facts_.width);
    EXPECT_EQ(bands.size(), 1U);
    if (broken) return {Problem::kDamaged, "a tile is missing"};
    for (std::int64_t y = where.y; y < where.y + where.height; ++y) {
      for (std::int64_t x = where.x; x < where.x + where.width; ++x) {
        *samples++ = static_cast<double>(1000 * y + x);
        *valid++ = y >= first_ && y < end_ ? 1 : 0;
      }
    }
    return {};
  }
  bool empty(const Rectangle& where, const std::vector<int>&) override {
    return where.y + where.height <= first_ || where.y >= end_;
  }

  bool broken = false;

 private:
  RasterFacts facts_;
  std::int64_t first_, end_;
};

Colors one_band() {
  Colors colors;
  colors.bands = {1};
  colors.ranges = {{0, 255}};
  return colors;
}

TEST(Pixels, HaveColoursAndData) {
  Ramp ramp(5, 4, 1);
  const auto colors = one_band();
  Pixels pixels(ramp, colors, "r");
  const auto read = pixels.read({0, 1, 2, 2});
  EXPECT_THAT(read.valid, testing::ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(read.image.rgb[0], 0);
  EXPECT_EQ(read.image.rgb[6], 255);
}

TEST(Pixels, KnowWhereNothingIs) {
  Ramp ramp(10, 4, 5);
  const auto colors = one_band();
  Pixels pixels(ramp, colors, "r");
  RectanglePixels read;
  EXPECT_TRUE(pixels.nothing_in({0, 0, 5, 4}, read));
  EXPECT_FALSE(pixels.nothing_in({1, 0, 5, 4}, read));
  EXPECT_EQ(read.valid.size(), 20U);
}

TEST(Pixels, ThatCannotBeReadAreAnError) {
  Ramp ramp(10, 4, 0);
  ramp.broken = true;
  const auto colors = one_band();
  Pixels pixels(ramp, colors, "r.tif");
  EXPECT_ERROR(pixels.read({0, 0, 5, 4}), ErrorCode::kTruncatedImage, "r.tif: a tile is missing");
}

TEST(Looks, StayInsideAndCoverBothEnds) {
  for (const std::int64_t side : {1, 63, 64, 65, 100, 5000, 2'000'000'000}) {
    const auto places = look_places(side, 3);
    EXPECT_EQ(places.front().y, 0);
    EXPECT_EQ(places.back().y + places.back().height, side);
    EXPECT_LE(places.size(), 24U);
  }
  EXPECT_EQ(look_places(100'000, 100'000).size(), 576U);
}

TEST(Looks, ReadTheWholeRasterWhereLittleHasData) {
  Ramp ramp(4000, 64, 70, 170);  // between two of the places
  Colors colors;
  colors.bands = {1};
  const auto little = look_at(ramp, colors, false, "r");
  const auto all = look_at(ramp, colors, true, "r");
  EXPECT_TRUE(little.samples[0].empty());
  EXPECT_EQ(all.samples[0].size(), 6400U);
}

}  // namespace
}  // namespace relprompt::raster
