// The canvas: sizes, pasting across the sides, and text where it was asked for.
#include "analysis/canvas.h"

#include <gtest/gtest.h>

#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

TEST(Canvas, IsPaperOfTheSizeAskedFor) {
  const Image canvas = blank_canvas(7, 5);
  EXPECT_EQ(canvas.height, 7);
  EXPECT_EQ(canvas.width, 5);
  EXPECT_EQ(count(canvas, kPaper), 35);
}

TEST(Canvas, RefusesSizesThatNoImageHas) {
  EXPECT_ERROR(blank_canvas(0, 5), ErrorCode::kImageTooLarge, "5x0");
  EXPECT_ERROR(blank_canvas(5, -1), ErrorCode::kImageTooLarge, "-1x5");
  EXPECT_NO_THROW(require_drawable(1, kMaxDecodedPixels));
  EXPECT_ERROR(require_drawable(1, kMaxDecodedPixels + 1), ErrorCode::kImageTooLarge, "100000001x1");
  EXPECT_ERROR(blank_canvas(std::int64_t{1} << 40, std::int64_t{1} << 40), ErrorCode::kImageTooLarge, "most");
}

TEST(Canvas, ChecksNameWhatIsWrong) {
  EXPECT_NO_THROW(require_image(blank_canvas(2, 2), "an image"));
  EXPECT_ERROR(require_image(Image{}, "an image"), ErrorCode::kBadArgument, "an image of 0x0");
  EXPECT_ERROR(require_image(Image{2, 2, {1}}, "an image"), ErrorCode::kBadArgument, "1 bytes");
  EXPECT_ERROR(require_image(Image{-2, -2, std::vector<std::uint8_t>(12)}, "an image"),
               ErrorCode::kBadArgument, "-2x-2");
  EXPECT_ERROR(require_range("text", 3, 8, 40), ErrorCode::kBadArgument, "text must be 8 to 40, not 3");
  EXPECT_ERROR(require_range("alpha", 0.0 / 0.0, 0, 1), ErrorCode::kBadArgument, "nan");
}

TEST(Canvas, PastesWhatLiesInside) {
  const image::Color red{200, 0, 0};
  Image canvas = blank_canvas(10, 10);
  paste(canvas, 7, -2, filled(5, 5, red));
  EXPECT_EQ(count(canvas, red), 9);
  EXPECT_EQ(count(canvas, {7, 0, 3, 3}, red), 9);
  paste(canvas, 30, 30, filled(5, 5, red));
  paste(canvas, -9, 2, filled(5, 5, red));
  EXPECT_EQ(count(canvas, red), 9);
}

TEST(Canvas, MixesColours) {
  EXPECT_EQ(mixed({0, 100, 200}, {100, 0, 200}, 0.25), (image::Color{25, 75, 200}));
  EXPECT_EQ(mixed(kInk, kPaper, 0), kInk);
  EXPECT_EQ(mixed(kInk, kPaper, 1), kPaper);
}

// The part drawn when the text is put at (100, 100) of a sheet.
cv::Rect part_of(Align align, bool upright) {
  Image canvas = blank_canvas(200, 200);
  const auto put = upright ? put_upright_text : put_text;
  put(canvas, 100, 100, "HHHH", 12, kInk, align);
  return drawn_part(canvas);
}

TEST(Text, StartsIsCentredOrEndsAtItsPlace) {
  const cv::Rect left = part_of(Align::kLeft, false), centre = part_of(Align::kCenter, false),
                 right = part_of(Align::kRight, false);
  EXPECT_NEAR(left.x, 100, 3);
  EXPECT_NEAR(centre.x + centre.width / 2, 100, 3);
  EXPECT_NEAR(right.br().x, 100, 3);
  EXPECT_EQ(left.size(), right.size());
  EXPECT_NEAR(left.height, 12, 3);
  EXPECT_NEAR(left.br().y, 100, 2);
}

TEST(Text, UprightReadsFromBottomToTop) {
  const cv::Rect left = part_of(Align::kLeft, true), centre = part_of(Align::kCenter, true),
                 right = part_of(Align::kRight, true);
  EXPECT_NEAR(left.br().y, 100, 3);
  EXPECT_NEAR(centre.y + centre.height / 2, 100, 3);
  EXPECT_NEAR(right.y, 100, 3);
  EXPECT_EQ(left.width, part_of(Align::kLeft, false).height);
  EXPECT_NEAR(left.br().x, 100, 2);
  // An L's foot is at the bottom of the letter: upright, it is at the right.
  Image canvas = blank_canvas(60, 60);
  put_upright_text(canvas, 30, 50, "L", 20, kInk);
  const cv::Rect part = drawn_part(canvas);
  const cv::Rect half(part.x, part.y, part.width / 2, part.height);
  EXPECT_GT(ink(canvas, part), 2 * ink(canvas, half) - 1);
}

TEST(Text, MayCrossTheSides) {
  Image canvas = blank_canvas(20, 20);
  put_text(canvas, -5, 10, "a long text that leaves the image", 12, kInk);
  put_upright_text(canvas, 19, 15, "a long text that leaves the image", 12, kInk);
  put_upright_text(canvas, 500, 500, "outside", 12, kInk);
  EXPECT_TRUE(whole(canvas));
  EXPECT_GT(ink(canvas, {0, 0, 20, 20}), 0);
}

}  // namespace
}  // namespace relprompt::analysis
