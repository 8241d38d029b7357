// Resizing: the arithmetic of the target size and equality with OpenCV.
#include "image/resize.h"

#include <climits>
#include <opencv2/imgproc.hpp>

#include <gtest/gtest.h>

#include "image_maker.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

void expect_size(int height, int width, int short_side, int expected_height, int expected_width) {
  const Size size = shorter_side_to(height, width, short_side);
  EXPECT_EQ(size.height, expected_height) << height << "x" << width;
  EXPECT_EQ(size.width, expected_width) << height << "x" << width;
}

TEST(ShorterSideTo, MatchesTheReferenceArithmetic) {
  // Values of Python's int(side * (short / min(h, w)) + 0.5).
  expect_size(360, 480, 512, 512, 683);
  expect_size(480, 360, 512, 683, 512);
  expect_size(100, 150, 64, 64, 96);
  expect_size(375, 500, 512, 512, 683);
  expect_size(1, 1, 512, 512, 512);
  expect_size(20, 20000, 512, 512, 512000);
  expect_size(512, 512, 512, 512, 512);
  expect_size(4032, 3024, 512, 683, 512);
  expect_size(6, 9, 1, 1, 2);  // 9 / 6 = 1.5 is rounded up
}

TEST(ShorterSideTo, RefusesWhatCannotBe) {
  EXPECT_ERROR(shorter_side_to(0, 5, 512), ErrorCode::kBadArgument, "5x0");
  EXPECT_ERROR(shorter_side_to(5, 5, 0), ErrorCode::kBadArgument, "positive");
  EXPECT_ERROR(shorter_side_to(1, 1 << 20, 1 << 20), ErrorCode::kImageTooLarge, "shorter side");
}

TEST(Resize, EqualsOpenCv) {
  const Image image = test::expected_rgb(test::gradient(37, 61));
  for (const auto& [height, width] : {std::pair{64, 100}, {12, 20}, {37, 61}, {1, 1}, {200, 7}}) {
    const Image small = resize(image, height, width);
    cv::Mat expected;
    const cv::Mat from(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::resize(from, expected, {width, height}, 0, 0, cv::INTER_LINEAR);
    ASSERT_EQ(small.height, height);
    ASSERT_EQ(small.width, width);
    EXPECT_TRUE(std::equal(small.rgb.begin(), small.rgb.end(), expected.datastart)) << height << "x" << width;
  }
}

TEST(Resize, HalfPixelCentresByHand) {
  const Image two{1, 2, {0, 0, 0, 100, 100, 100}};
  const Image four = resize(two, 1, 4);
  EXPECT_EQ(four.rgb[0], 0);
  EXPECT_EQ(four.rgb[3], 25);
  EXPECT_EQ(four.rgb[6], 75);
  EXPECT_EQ(four.rgb[9], 100);
}

TEST(Resize, RefusesEmptySides) {
  EXPECT_ERROR(resize(Image{1, 1, {1, 2, 3}}, 0, 4), ErrorCode::kBadArgument, "4x0");
  EXPECT_ERROR(resize(Image{}, 4, 4), ErrorCode::kBadArgument, "0x0");
  EXPECT_ERROR(resize(Image{2, 2, {1, 2, 3}}, 4, 4), ErrorCode::kBadArgument, "3 bytes");
}

}  // namespace
}  // namespace relprompt::image
