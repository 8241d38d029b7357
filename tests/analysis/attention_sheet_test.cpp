// Heat maps over images, and the sheet of an image's attention maps.
#include "analysis/attention_sheet.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "analysis/canvas.h"
#include "analysis/heat_map.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

int brightness(image::Color color) {
  return 299 * color.red + 587 * color.green + 114 * color.blue;
}

TEST(HeatMap, ColoursGetBrighterAllTheWay) {
  for (int i = 1; i < 16; ++i) {
    EXPECT_GT(brightness(heat_color(i / 15.0)), brightness(heat_color((i - 1) / 15.0))) << i;
  }
  EXPECT_EQ(heat_color(-3), heat_color(0));
  EXPECT_EQ(heat_color(7), heat_color(1));
  EXPECT_EQ(heat_color(std::numeric_limits<double>::quiet_NaN()), heat_color(0));
}

TEST(HeatMap, PutsHighNumbersWhereTheyAre) {
  const std::vector<float> values = {2, 2, 2, 6};
  const HeatGrid grid = {values.data(), 2, 2, 2, 6};
  const Image image = heat_over(filled(80, 120, {10, 200, 30}), grid, 1);
  EXPECT_EQ(image.height, 80);
  EXPECT_EQ(image.width, 120);
  EXPECT_EQ(at(image, 79, 119), heat_color(1));
  EXPECT_EQ(at(image, 0, 0), heat_color(0));
  EXPECT_EQ(at(image, 79, 0), heat_color(0));
}

TEST(HeatMap, ShowsTheImageInGrey) {
  const float value = 1;
  const Image image = heat_over(filled(8, 8, {200, 100, 0}), {&value, 1, 1}, 0);
  const int grey = static_cast<int>(std::lround(0.299 * 200 + 0.587 * 100));
  const auto shown = static_cast<std::uint8_t>(grey);
  EXPECT_EQ(at(image, 4, 4), (image::Color{shown, shown, shown}));
}

TEST(HeatMap, WhatTheGridDoesNotCoverRepeatsItsBorder) {
  const std::vector<float> values = {0, 1};
  HeatGrid grid = {values.data(), 1, 2};
  grid.covered_width = 0.5;
  const Image image = heat_over(filled(4, 100, kPaper), grid, 1);
  EXPECT_EQ(at(image, 0, 5), heat_color(0));
  EXPECT_EQ(at(image, 0, 45), heat_color(1));
  EXPECT_EQ(at(image, 0, 99), heat_color(1));
}

TEST(HeatMap, EqualNumbersAreInTheMiddle) {
  const float value = 3;
  const HeatGrid grid = {&value, 1, 1, 3, 3};
  EXPECT_EQ(at(heat_over(filled(4, 4, kPaper), grid, 1), 2, 2), heat_color(0.5));
  EXPECT_ERROR(heat_over(filled(4, 4, kPaper), {}, 1), ErrorCode::kBadArgument, "without numbers");
  EXPECT_ERROR(heat_over({}, grid, 1), ErrorCode::kBadArgument, "image");
}

/// Two layers, three classes on 2x2 patches; the numbers count up.
AttentionMaps counted_maps() {
  AttentionMaps maps;
  maps.layers = {1, 3};
  maps.classes = 3;
  maps.height = maps.width = 2;
  maps.patch = 8;
  maps.resized_height = maps.resized_width = 16;
  for (int i = 0; i < 24; ++i) maps.values.push_back(static_cast<float>(i));
  return maps;
}

TEST(AttentionSheet, AScaleIsThatOfOneLayer) {
  const auto maps = counted_maps();
  EXPECT_EQ(scale_of(maps, 0).low, 0);
  EXPECT_EQ(scale_of(maps, 0).high, 11);
  EXPECT_EQ(scale_of(maps, 1).low, 12);
  EXPECT_EQ(scale_of(maps, 1).high, 23);
  EXPECT_EQ(*maps.map(1, 2), 20);
}

TEST(AttentionSheet, HasARowAClassAndAColumnALayer) {
  const auto image = filled(40, 60, {90, 160, 220});
  AttentionSheetOptions options;
  options.alpha = 1;
  auto maps = counted_maps();
  const Image sheet = draw_attention_sheet(image, maps, numbered_classes(3), "image.png", options);
  EXPECT_TRUE(whole(sheet));
  EXPECT_GT(count(sheet, {90, 160, 220}), 150 * 200);  // the image itself, once
  // In every column the lowest number belongs to the first class and the highest to the last.
  EXPECT_GT(count(sheet, heat_color(0)), 2 * 20);
  EXPECT_GT(count(sheet, heat_color(1)), 2 * 20);
  auto fewer = maps;
  fewer.layers.pop_back();
  fewer.values.resize(12);
  EXPECT_LT(draw_attention_sheet(image, fewer, numbered_classes(3), "", options).width, sheet.width);
  fewer = maps;
  fewer.classes = 2;
  fewer.values.resize(16);
  EXPECT_LT(draw_attention_sheet(image, fewer, numbered_classes(2), "", options).height, sheet.height);
}

TEST(AttentionSheet, RefusesWhatDoesNotFitTogether) {
  const auto image = filled(40, 60, kPaper);
  const auto maps = counted_maps();
  EXPECT_ERROR(draw_attention_sheet(image, maps, numbered_classes(2), ""), ErrorCode::kBadArgument,
               "2 names");
  auto broken = maps;
  broken.values.pop_back();
  EXPECT_ERROR(draw_attention_sheet(image, broken, numbered_classes(3), ""), ErrorCode::kBadArgument,
               "23 numbers");
  EXPECT_ERROR(draw_attention_sheet(image, {}, numbered_classes(3), ""), ErrorCode::kBadArgument, "0 layers");
  AttentionSheetOptions options;
  options.cell_height = 3;
  EXPECT_ERROR(draw_attention_sheet(image, maps, numbered_classes(3), "", options), ErrorCode::kBadArgument,
               "map's height");
}

}  // namespace
}  // namespace relprompt::analysis
