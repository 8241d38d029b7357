// Photometric distortion: every step alone against values computed by hand, and the order of steps.
#include "image/augment_colors.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "image/augment.h"
#include "image/augment_random.h"

namespace relprompt::image {
namespace {

Image one_color(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  return {1, 1, {red, green, blue}};
}

/// The distinct outcomes of many seeds.
std::set<std::vector<std::uint8_t>> outcomes(const Image& image, const ColorOptions& options,
                                             int seeds = 400) {
  std::set<std::vector<std::uint8_t>> found;
  for (int i = 0; i < seeds; ++i) {
    Image copy = image;
    AugmentRandom random(11, 0, static_cast<std::uint64_t>(i));
    distort_colors(copy, options, random);
    found.insert(copy.rgb);
  }
  return found;
}

/// Options that change nothing, to switch single steps on.
ColorOptions nothing() {
  ColorOptions options;
  options.brightness = 0;
  options.min_contrast = options.max_contrast = options.min_saturation = options.max_saturation = 1;
  options.hue = 0;
  return options;
}

TEST(DistortColors, BrightnessAddsAndCutsOff) {
  ColorOptions options = nothing();
  options.brightness = 32;
  // Grey, so that the way through HSV changes nothing.
  for (const auto& rgb : outcomes(one_color(240, 240, 240), options)) EXPECT_GE(rgb[0], 208);
  const auto dark = outcomes(one_color(10, 10, 10), options);
  EXPECT_EQ((*dark.begin())[0], 0);
  EXPECT_EQ((*dark.rbegin())[0], 41);  // below 10 + 32, fraction dropped
  EXPECT_EQ((*outcomes(one_color(240, 240, 240), options).rbegin())[0], 255);
}

TEST(DistortColors, ContrastMultiplies) {
  ColorOptions options = nothing();
  options.min_contrast = options.max_contrast = 1.5;
  const auto found = outcomes(one_color(101, 101, 101), options);
  // Once at most, whichever place the coin chose: 101 * 1.5 = 151.5 loses its fraction.
  EXPECT_EQ(found, (std::set<std::vector<std::uint8_t>>{{101, 101, 101}, {151, 151, 151}}));
}

TEST(DistortColors, SaturationFollowsOpenCvsHsv) {
  ColorOptions options = nothing();
  options.min_saturation = options.max_saturation = 0.5;
  // HSV of (200, 80, 80): value 200, saturation 120/200 * 255 = 153, halved 76; then 200 * (1 - 76/255) =
  // 140.4.
  const auto found = outcomes(one_color(200, 80, 80), options);
  EXPECT_EQ(found.count({200, 140, 140}), 1u);
  EXPECT_EQ(found.count({200, 80, 80}), 1u);
  EXPECT_EQ(found.size(), 2u);
}

TEST(DistortColors, HueTurnsBothWaysRoundTheCircle) {
  ColorOptions options = nothing();
  options.hue = 18;
  bool more_green = false, more_blue = false;
  for (const auto& rgb : outcomes(one_color(200, 0, 0), options)) {
    EXPECT_EQ(rgb[0], 200);  // 36 degrees from red, red still leads
    EXPECT_LE(rgb[1], 200 * 34 / 60 + 1);
    EXPECT_LE(rgb[2], 200 * 36 / 60 + 1);
    more_green |= rgb[1] > 90;
    more_blue |= rgb[2] > 90;
  }
  EXPECT_TRUE(more_green);
  EXPECT_TRUE(more_blue);
}

TEST(DistortColors, EqualsTheStepsMadeWithOpenCvAlone) {
  // Contrast and saturation together: the order differs by the coin, and both orders must occur.
  ColorOptions options = nothing();
  options.min_contrast = options.max_contrast = 1.5;
  options.min_saturation = options.max_saturation = 1.5;
  const auto contrast = [](cv::Mat rgb) {
    for (int i = 0; i < 3; ++i) rgb.data[i] = static_cast<std::uint8_t>(std::min(255.0f, 1.5f * rgb.data[i]));
  };
  const auto saturation = [](cv::Mat rgb) {
    cv::Mat hsv;
    cv::cvtColor(rgb, hsv, cv::COLOR_RGB2HSV);
    hsv.data[1] = static_cast<std::uint8_t>(std::min(255.0f, 1.5f * hsv.data[1]));
    cv::cvtColor(hsv, rgb, cv::COLOR_HSV2RGB);
  };
  const auto made = [&](auto... steps) {
    std::vector<std::uint8_t> rgb{220, 90, 130};
    cv::Mat mat(1, 1, CV_8UC3, rgb.data());
    (steps(mat), ...);
    return rgb;
  };
  std::set<std::vector<std::uint8_t>> expected{made(contrast),
                                               made(saturation),
                                               made(contrast, saturation),
                                               made(saturation, contrast),
                                               {220, 90, 130}};
  EXPECT_NE(made(contrast, saturation), made(saturation, contrast));
  EXPECT_EQ(outcomes(one_color(220, 90, 130), options), expected);
}

}  // namespace
}  // namespace relprompt::image
