// Samples of rasters as colours.
#include "raster/levels.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::raster {
namespace {

using testing::ElementsAre;

RasterFacts with_colors(const std::vector<std::string>& colors) {
  RasterFacts facts;
  for (const auto& color : colors) facts.bands.push_back({"Byte", color, std::nullopt});
  return facts;
}

TEST(Colors, AreTheDeclaredOnes) {
  EXPECT_THAT(choose_colors(with_colors({"blue", "green", "red", "alpha"}), {}, "r").bands,
              ElementsAre(3, 2, 1));
  EXPECT_THAT(choose_colors(with_colors({"grey", "", "", ""}), {}, "r").bands, ElementsAre(1, 2, 3));
  EXPECT_THAT(choose_colors(with_colors({"grey", "alpha"}), {}, "r").bands, ElementsAre(1));
}

TEST(Colors, AreThoseThatAreAskedFor) {
  const auto facts = with_colors({"red", "green", "blue", ""});
  EXPECT_THAT(choose_colors(facts, {4, 3, 2}, "r").bands, ElementsAre(4, 3, 2));
  EXPECT_ERROR(choose_colors(facts, {5}, "r"), ErrorCode::kBadArgument, "no band 5: expected 1 to 4");
  EXPECT_ERROR(choose_colors({}, {}, "r"), ErrorCode::kNotAnImage, "no bands");
}

TEST(Colors, OfAPaletteAreItsEntries) {
  auto facts = with_colors({"palette"});
  facts.palette = {{1, 2, 3}, {4, 5, 6}};
  const auto colors = choose_colors(facts, {}, "r");
  const double samples[] = {1, 0, 9};
  std::uint8_t valid[] = {1, 1, 1}, rgb[9] = {};
  to_colors(samples, 3, colors, rgb, valid);
  EXPECT_THAT(rgb, ElementsAre(4, 5, 6, 1, 2, 3, 0, 0, 0));
}

TEST(Colors, OfARangeAreClippedAndRounded) {
  Colors colors;
  colors.bands = {1};
  colors.ranges = {{100, 200}};
  const double samples[] = {50, 100, 150, 200, 1e300, std::nan("")};
  std::uint8_t valid[] = {1, 1, 1, 1, 1, 1}, rgb[18] = {};
  to_colors(samples, 6, colors, rgb, valid);
  EXPECT_THAT(std::vector<int>({rgb[0], rgb[3], rgb[6], rgb[9], rgb[12]}), ElementsAre(0, 0, 128, 255, 255));
  EXPECT_EQ(valid[5], 0) << "not a number is no data";
}

TEST(Colors, WithoutDataAreBlack) {
  Colors colors;
  colors.bands = {1, 2, 3};
  colors.nodata = 7;
  const double samples[] = {7, 7, 30, 7, 9, 40, 7, 7, 50};  // [band, pixel]
  std::uint8_t valid[] = {1, 1, 0}, rgb[9] = {};
  to_colors(samples, 3, colors, rgb, valid);
  EXPECT_THAT(valid, ElementsAre(0, 1, 0)) << "all bands must be nodata";
  EXPECT_THAT(rgb, ElementsAre(0, 0, 0, 7, 9, 7, 0, 0, 0));
}

TEST(Percentiles, AreNearestRanks) {
  std::vector<float> samples;
  for (int i = 100; i >= 0; --i) samples.push_back(static_cast<float>(i));
  samples.push_back(std::numeric_limits<float>::quiet_NaN());
  samples.push_back(std::numeric_limits<float>::infinity());
  const auto range = range_at(samples, {2, 98}, "r");
  EXPECT_EQ(range.min, 2);
  EXPECT_EQ(range.max, 98);
}

TEST(Percentiles, NeverMakeAnEmptyRange) {
  std::vector<float> same(10, 5.0f), huge(3, 3e38f), none = {std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(range_at(same, {}, "r").max, 6);
  const auto range = range_at(huge, {}, "r");
  EXPECT_GT(range.max, range.min);
  EXPECT_ERROR(range_at(none, {}, "r"), ErrorCode::kNotAnImage, "no pixel with data");
}

}  // namespace
}  // namespace relprompt::raster
