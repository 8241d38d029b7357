// Frames that are images.
#include "video/image_sequence.h"

#include <gmock/gmock.h>

#include "image/image_files.h"
#include "test_support.h"

namespace relprompt::video {
namespace {

namespace fs = std::filesystem;

Image grey(int side, std::uint8_t value) {
  return {side, side, std::vector<std::uint8_t>(3 * static_cast<std::size_t>(side * side), value)};
}

TEST(NumberPattern, IsFoundInTheLastPart) {
  const auto pattern = number_pattern("frames/%06d.png");
  ASSERT_TRUE(pattern);
  EXPECT_EQ(pattern->before, "frames/");
  EXPECT_EQ(pattern->after, ".png");
  EXPECT_EQ(pattern->digits, 6);
  EXPECT_EQ(number_pattern("a%d.png")->digits, 0);
  for (const char* other : {"in.mp4", "100%.mp4", "%d/in.mp4", "a%s.png", "a%"})
    EXPECT_FALSE(number_pattern(other)) << other;
}

TEST(NumberPattern, TellsNumbersFromOtherNames) {
  const NumberPattern six{"a", ".png", 6}, any{"a", ".png", 0};
  EXPECT_EQ(six.number_in("a000012.png"), 12u);
  EXPECT_EQ(six.number_in("a1000000.png"), 1000000u);
  for (const char* name : {"a12.png", "a0000012.png", "b000012.png", "a00001x.png", "a.png", "a000012.jpg"})
    EXPECT_FALSE(six.number_in(name)) << name;
  EXPECT_EQ(any.number_in("a12.png"), 12u);
  EXPECT_FALSE(any.number_in("a012.png"));
}

TEST(ImageSequence, MissingDamagedAndOddImagesAreLostFrames) {
  const test::TemporaryFolder place;
  image::write_png(place / "f3.png", grey(8, 3));
  test::write_text(place / "f4.png", "no image");
  image::write_png(place / "f6.png", grey(9, 6));
  image::write_png(place / "f7.png", grey(8, 7));
  ImageSequence frames(files_of(*number_pattern((place / "f%d.png").string())), 10, {});
  EXPECT_EQ(frames.facts().frames, 5u);
  Frame frame;
  ASSERT_EQ(frames.next(frame), Next::kFrame);
  EXPECT_EQ(frame.image.rgb[0], 3);
  ASSERT_EQ(frames.next(frame), Next::kLost);
  EXPECT_THAT(frame.reason, testing::HasSubstr("f4.png"));
  ASSERT_EQ(frames.next(frame), Next::kLost);
  EXPECT_THAT(frame.reason, testing::HasSubstr("no image of this number"));
  ASSERT_EQ(frames.next(frame), Next::kLost);
  EXPECT_THAT(frame.reason, testing::HasSubstr("9x9 pixels, the first image 8x8"));
  ASSERT_EQ(frames.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 5u);
  EXPECT_EQ(frame.time, 400'000);
  EXPECT_EQ(frames.next(frame), Next::kEnd);
}

TEST(ImageSequence, NeedsAFile) {
  const test::TemporaryFolder place;
  EXPECT_ERROR(files_of(*number_pattern((place / "f%d.png").string())), ErrorCode::kNotFound,
               "no file has such a name");
  EXPECT_ERROR(files_of(*number_pattern((place / "none/f%d.png").string())), ErrorCode::kUnreadable,
               "cannot be listed");
}

}  // namespace
}  // namespace relprompt::video
