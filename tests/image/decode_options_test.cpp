// decode_image: bytes in memory, chosen bands, ranges of values, limits, and what notes say.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "image_maker.h"
#include "test_support.h"
#include "tiff_maker.h"

namespace relprompt {
namespace {

using test::encode;
using test::expected_rgb;
using test::gradient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Image decode(const std::string& bytes, const DecodeOptions& options = {}) {
  return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), options, "bytes");
}

DecodeOptions bands(std::vector<int> numbers) {
  DecodeOptions options;
  options.bands = std::move(numbers);
  return options;
}

DecodeOptions range(double min, double max) {
  DecodeOptions options;
  options.range = SampleRange{min, max};
  return options;
}

TEST(DecodeImage, ReadsEveryFormatFromMemory) {
  for (const char* extension : {".png", ".tiff", ".webp", ".bmp"}) {
    const Image image = decode(encode(extension, gradient(9, 13)));
    EXPECT_EQ(image.rgb, expected_rgb(gradient(9, 13)).rgb) << extension;
    EXPECT_THAT(image.notes, IsEmpty()) << extension;
  }
  EXPECT_EQ(decode(encode(".jpg", gradient(9, 13))).width, 13);
  EXPECT_ERROR(decode(""), ErrorCode::kNotAnImage, "cannot read bytes: it is no image: it is empty");
}

TEST(DecodeImage, OptionsAreChecked) {
  const std::string png = encode(".png", gradient(2, 2));
  EXPECT_ERROR(decode(png, bands({1, 2})), ErrorCode::kBadArgument, "bands 1,2");
  EXPECT_ERROR(decode(png, bands({0, 1, 2})), ErrorCode::kBadArgument, "bands 0,1,2");
  EXPECT_ERROR(decode(png, bands({1, 2, 4})), ErrorCode::kBadArgument, "bytes has no band 4");
  EXPECT_ERROR(decode(png, range(5, 5)), ErrorCode::kBadArgument, "range 5,5");
  EXPECT_ERROR(decode(png, range(0, std::numeric_limits<double>::infinity())), ErrorCode::kBadArgument,
               "range");
  DecodeOptions limit;
  limit.max_decoded_pixels = 3;
  EXPECT_ERROR(decode(png, limit), ErrorCode::kImageTooLarge, "at most 3 pixels are decoded");
  EXPECT_ERROR(decode(png, limit), ErrorCode::kImageTooLarge, "--max-decoded-pixels");
  limit.max_decoded_pixels = 0;
  EXPECT_ERROR(decode(png, limit), ErrorCode::kBadArgument, "limit of 0");
}

TEST(DecodeImage, TheUsualLimitIsAHundredMillion) {
  EXPECT_EQ(DecodeOptions().max_decoded_pixels, 100'000'000u);
  const std::string head = std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16);
  EXPECT_ERROR(decode(head + test::be32(10'001) + test::be32(10'000)), ErrorCode::kImageTooLarge,
               "100000000");
}

TEST(DecodeImage, BandsOfPlainColours) {
  for (const char* extension : {".png", ".tiff", ".webp", ".bmp"}) {
    const Image plain = decode(encode(extension, gradient(5, 6)));
    const Image swapped = decode(encode(extension, gradient(5, 6)), bands({3, 2, 1}));
    const Image grey = decode(encode(extension, gradient(5, 6)), bands({2}));
    for (std::size_t i = 0; i < plain.rgb.size(); i += 3) {
      ASSERT_EQ(swapped.rgb[i], plain.rgb[i + 2]) << extension;
      ASSERT_EQ(swapped.rgb[i + 2], plain.rgb[i]) << extension;
      ASSERT_EQ(grey.rgb[i], plain.rgb[i + 1]) << extension;
      ASSERT_EQ(grey.rgb[i + 2], plain.rgb[i + 1]) << extension;
    }
  }
}

TEST(DecodeImage, RangeSpreadsAndClips) {
  test::Samples grey{1, 4, 1, 8, {10, 60, 110, 200}};
  EXPECT_THAT(decode(encode(".png", grey), range(10, 110)).rgb,
              ElementsAre(0, 0, 0, 128, 128, 128, 255, 255, 255, 255, 255, 255));
  test::Samples deep{1, 3, 1, 16, {0, 2048, 4095}};
  EXPECT_THAT(decode(encode(".png", deep)).rgb, ElementsAre(0, 0, 0, 8, 8, 8, 15, 15, 15));
  for (const char* extension : {".png", ".tiff"}) {
    EXPECT_THAT(decode(encode(extension, deep), range(0, 4095)).rgb,
                ElementsAre(0, 0, 0, 128, 128, 128, 255, 255, 255))
        << extension;
  }
}

TEST(DecodeImage, RangeOfA16BitPngLeavesItsAlphaAlone) {
  test::Samples pixel{1, 1, 4, 16, {4095, 0, 0, 0xFFFF}};
  EXPECT_THAT(decode(encode(".png", pixel), range(0, 4095)).rgb, ElementsAre(255, 0, 0));
}

TEST(DecodeImage, FramesOfAnApngAreSaid) {
  const std::string png = encode(".png", gradient(4, 4));
  const std::string control = test::png_chunk("acTL", test::be32(7) + test::be32(0));
  const Image image = decode(png.substr(0, 33) + control + png.substr(33));
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("animated PNG of 7 frames")));
  EXPECT_EQ(image.rgb, expected_rgb(gradient(4, 4)).rgb);
}

TEST(DecodeImage, AnimatedWebpIsRefusedWithItsFrames) {
  const std::string still = encode(".webp", gradient(16, 16)).substr(12);
  const std::string frame =
      std::string(6, '\0') + std::string("\x0F\0\0\x0F\0\0", 6) + std::string(4, '\0') + still;
  const auto chunk = [](const std::string& kind, const std::string& body) {
    return kind + test::le32(static_cast<unsigned>(body.size())) + body;
  };
  const std::string body = "WEBP" + chunk("VP8X", std::string("\x02\0\0\0\x0F\0\0\x0F\0\0", 10)) +
                           chunk("ANIM", std::string(6, '\0')) + chunk("ANMF", frame) + chunk("ANMF", frame);
  EXPECT_ERROR(decode(chunk("RIFF", body)), ErrorCode::kNotAnImage, "animated WebP of 2 frames");
}

}  // namespace
}  // namespace relprompt
