// read_image on whole files: every format, channel count and bit depth, orientation, size limits.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "image/image_format.h"
#include "image_maker.h"
#include "test_support.h"

namespace relprompt {
namespace {

using test::encode;
using test::expected_rgb;
using test::gradient;
using test::Samples;

Image read_bytes(const std::string& bytes, std::uint64_t max_pixels = kMaxDecodedPixels) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "image.dat", bytes);  // the extension must not matter
  DecodeOptions options;
  options.max_decoded_pixels = max_pixels;
  return read_image(folder / "image.dat", options);
}

void expect_equal(const Image& actual, const Image& expected, int tolerance = 0) {
  ASSERT_EQ(actual.height, expected.height);
  ASSERT_EQ(actual.width, expected.width);
  ASSERT_EQ(actual.rgb.size(), expected.rgb.size());
  int worst = 0;
  for (std::size_t i = 0; i < actual.rgb.size(); ++i) {
    worst = std::max(worst, std::abs(int{actual.rgb[i]} - int{expected.rgb[i]}));
  }
  EXPECT_LE(worst, tolerance);
}

struct Variant {
  const char* extension;
  int channels;
  int bits;
};

class LosslessFormats : public testing::TestWithParam<Variant> {};

TEST_P(LosslessFormats, ReadExactly) {
  const Variant variant = GetParam();
  const Samples samples = gradient(23, 37, variant.channels, variant.bits);
  // WebP drops the colour of fully transparent pixels; over white that changes nothing.
  expect_equal(read_bytes(encode(variant.extension, samples)), expected_rgb(samples));
}

INSTANTIATE_TEST_SUITE_P(All, LosslessFormats,
                         testing::Values(Variant{".png", 1, 8}, Variant{".png", 3, 8}, Variant{".png", 4, 8},
                                         Variant{".png", 1, 16}, Variant{".png", 3, 16},
                                         Variant{".png", 4, 16}, Variant{".tiff", 1, 8},
                                         Variant{".tiff", 3, 8}, Variant{".tiff", 4, 8},
                                         Variant{".tiff", 1, 16}, Variant{".tiff", 3, 16},
                                         Variant{".tiff", 4, 16}, Variant{".webp", 3, 8},
                                         Variant{".webp", 4, 8}, Variant{".bmp", 1, 8},
                                         Variant{".bmp", 3, 8}),
                         [](const auto& test_case) {
                           return std::string(test_case.param.extension + 1) +
                                  std::to_string(test_case.param.channels) + "x" +
                                  std::to_string(test_case.param.bits);
                         });

TEST(ReadImage, JpegColourAndGrey) {
  expect_equal(read_bytes(encode(".jpg", gradient(40, 60), 100)), expected_rgb(gradient(40, 60)), 6);
  expect_equal(read_bytes(encode(".jpg", gradient(40, 60, 1), 100)), expected_rgb(gradient(40, 60, 1)), 2);
}

TEST(ReadImage, OnePixelOfEveryFormat) {
  for (const char* extension : {".png", ".tiff", ".webp", ".bmp", ".jpg"}) {
    SCOPED_TRACE(extension);
    expect_equal(read_bytes(encode(extension, gradient(1, 1))), expected_rgb(gradient(1, 1)), 4);
  }
}

// Where the stored first row and column go, by the words of the EXIF standard: 1 top/left, 2 top/right,
// 3 bottom/right, 4 bottom/left, 5 left/top, 6 right/top, 7 right/bottom, 8 left/bottom.
Image turned_by_the_standard(const Image& stored, int orientation) {
  static const char* kFirstRow[] = {"", "top", "top", "bottom", "bottom", "left", "right", "right", "left"};
  static const char* kFirstColumn[] = {"",    "left", "right",  "right", "left",
                                       "top", "top",  "bottom", "bottom"};
  const std::string row = kFirstRow[orientation], column = kFirstColumn[orientation];
  const bool upright = row == "top" || row == "bottom";
  Image seen;
  seen.height = upright ? stored.height : stored.width;
  seen.width = upright ? stored.width : stored.height;
  seen.rgb.resize(stored.rgb.size());
  for (int r = 0; r < stored.height; ++r) {
    for (int c = 0; c < stored.width; ++c) {
      int y = 0, x = 0;
      const auto place = [&](const std::string& side, int distance) {
        if (side == "top") y = distance;
        if (side == "bottom") y = seen.height - 1 - distance;
        if (side == "left") x = distance;
        if (side == "right") x = seen.width - 1 - distance;
      };
      place(row, r);
      place(column, c);
      for (int k = 0; k < 3; ++k) {
        seen.rgb[static_cast<std::size_t>((y * seen.width + x) * 3 + k)] =
            stored.rgb[static_cast<std::size_t>((r * stored.width + c) * 3 + k)];
      }
    }
  }
  return seen;
}

class Orientations : public testing::TestWithParam<int> {};

TEST_P(Orientations, JpegIsTurnedUpright) {
  const std::string plain = encode(".jpg", gradient(24, 40));
  const Image expected = turned_by_the_standard(read_bytes(plain), GetParam());
  expect_equal(read_bytes(test::with_exif(plain, GetParam(), true)), expected);
  expect_equal(read_bytes(test::with_exif(plain, GetParam(), false)), expected);
}

TEST_P(Orientations, TiffIsTurnedUpright) {
  test::TiffOptions options;
  options.orientation = GetParam();
  for (const int bits : {8, 16}) {
    const Samples samples = gradient(5, 7, 1, bits);
    expect_equal(read_bytes(make_tiff(samples, options)),
                 turned_by_the_standard(expected_rgb(samples), GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Orientations, testing::Range(1, 9));

TEST(ReadImage, ExifBehindOtherSegmentsCountsAndNonsenseDoesNot) {
  const std::string plain = encode(".jpg", gradient(8, 16));
  const std::string turned = test::with_exif(plain, 6);
  const std::string xmp = "http://ns.adobe.com/xap/1.0/";
  const std::string other = std::string("\xFF\xE1\0", 3) + static_cast<char>(xmp.size() + 2) + xmp;
  EXPECT_EQ(read_bytes(turned.substr(0, 2) + other + turned.substr(2)).height, 16);
  EXPECT_EQ(read_bytes(test::with_exif(plain, 9)).height, 8);
  std::string broken = turned;
  broken[2 + 4 + 6 + 7] = '\x7F';  // offset of the directory
  EXPECT_EQ(read_bytes(broken).height, 8);
}

TEST(ReadImage, WebpExifIsHonoured) {
  const std::string plain = encode(".webp", gradient(8, 16));
  const std::string block = test::exif_block(6, true);
  const std::string extended = std::string("VP8X") + test::le32(10) + std::string("\x08\0\0\0", 4) +
                               std::string("\x0F\0\0\x07\0\0", 6);
  const std::string chunks =
      "WEBP" + extended + plain.substr(12) + "EXIF" + test::le32(static_cast<unsigned>(block.size())) + block;
  const std::string file = "RIFF" + test::le32(static_cast<unsigned>(chunks.size())) + chunks;
  expect_equal(read_bytes(file), turned_by_the_standard(expected_rgb(gradient(8, 16)), 6));
}

TEST(ReadImage, TiffAlphaOverWhite) {
  const Samples straight = gradient(5, 9, 4);
  test::TiffOptions options;
  options.photometric = 2;
  options.extra_samples = 2;
  expect_equal(read_bytes(make_tiff(straight, options)), expected_rgb(straight), 1);
  Samples multiplied = straight;
  for (std::size_t i = 0; i < multiplied.values.size(); ++i) {
    const unsigned alpha = multiplied.values[i / 4 * 4 + 3];
    if (i % 4 != 3)
      multiplied.values[i] = static_cast<std::uint16_t>((multiplied.values[i] * alpha + 127) / 255);
  }
  options.extra_samples = 1;
  expect_equal(read_bytes(make_tiff(multiplied, options)), expected_rgb(straight), 1);
}

TEST(ReadImage, TiffVariantsThatWouldBeReadWronglyAreRefused) {
  test::TiffOptions options;
  options.sample_format = 3;
  EXPECT_ERROR(read_bytes(make_tiff(gradient(4, 4, 1, 16), options)), ErrorCode::kNotAnImage,
               "floating-point");
  options.sample_format = 2;
  EXPECT_ERROR(read_bytes(make_tiff(gradient(4, 4, 1, 16), options)), ErrorCode::kNotAnImage,
               "16-bit signed");
  options.sample_format = 1;
  options.photometric = 32844;
  EXPECT_ERROR(read_bytes(make_tiff(gradient(4, 4, 1, 16), options)), ErrorCode::kNotAnImage,
               "colour space 32844");
  options.photometric = 6;
  EXPECT_ERROR(read_bytes(make_tiff(gradient(4, 4, 3, 16), options)), ErrorCode::kNotAnImage,
               "colour space 6");
}

// No encoder at hand writes these, so the bytes are the test's own: zlib data that is only stored.
std::string make_png(unsigned width, unsigned height, const std::string& kind,
                     const std::string& extra_chunks, const std::string& rows) {
  const std::string length = test::le16(static_cast<unsigned>(rows.size()));
  const std::string inverse = test::le16(~static_cast<unsigned>(rows.size()) & 0xFFFF);
  const std::string zlib = std::string("\x78\x01\x01", 3) + length + inverse + rows + test::adler32(rows);
  return std::string("\x89PNG\r\n\x1A\n") +
         test::png_chunk("IHDR", test::be32(width) + test::be32(height) + kind + std::string(3, '\0')) +
         extra_chunks + test::png_chunk("IDAT", zlib) + test::png_chunk("IEND", "");
}

TEST(ReadImage, PaletteAndGreyTransparencyOfPngIsLaidOverWhite) {
  const std::string palette = test::png_chunk("PLTE", std::string("\x0A\x14\x1E\x28\x32\x3C", 6));
  const std::string half = test::png_chunk("tRNS", std::string("\x00\x80", 2));
  const Image colours = read_bytes(make_png(2, 1, "\x08\x03", palette + half, std::string("\0\0\x01", 3)));
  EXPECT_EQ(colours.rgb, (std::vector<std::uint8_t>{255, 255, 255, 147, 152, 157}));
  const std::string clear_grey = test::png_chunk("tRNS", std::string("\x00\x64", 2));
  const Image grey =
      read_bytes(make_png(2, 1, std::string("\x08\0", 2), clear_grey, std::string("\0\x64\x65", 3)));
  EXPECT_EQ(grey.rgb, (std::vector<std::uint8_t>{255, 255, 255, 101, 101, 101}));
}

TEST(ReadImage, PngGreyWithAlphaOfBothDepths) {
  const Image eight = read_bytes(make_png(1, 1, "\x08\x04", "", std::string("\0\x64\x33", 3)));
  EXPECT_EQ(eight.rgb, (std::vector<std::uint8_t>(3, 224)));  // 100 * 0.2 + 255 * 0.8
  const Image sixteen = read_bytes(make_png(1, 1, "\x10\x04", "", std::string("\0\x64\xFF\x33\x99", 5)));
  EXPECT_EQ(sixteen.rgb, eight.rgb);
}

TEST(ReadImage, PngBitsAreScaledToFullRange) {
  const Image bits = read_bytes(make_png(2, 1, std::string("\x01\0", 2), "", std::string("\0\x40", 2)));
  EXPECT_EQ(bits.rgb, (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
}

TEST(ReadImage, PngExifIsHonoured) {
  const std::string exif = test::png_chunk("eXIf", test::exif_block(6, true));
  const Image turned =
      read_bytes(make_png(2, 1, std::string("\x08\0", 2), exif, std::string("\0\x0A\x14", 3)));
  EXPECT_EQ(turned.height, 2);
  EXPECT_EQ(turned.rgb[0], 10);
}

TEST(ReadImage, BmpAlphaCountsOnlyWhereAMaskDeclaresIt) {
  const std::string pixels("\x01\x02\x03\x00\x04\x05\x06\xFF", 8);  // BGRA
  const Image plain = read_bytes(test::make_bmp(1, 2, 32, 40, 0, pixels));
  EXPECT_EQ(plain.rgb, (std::vector<std::uint8_t>{3, 2, 1, 6, 5, 4}));
  const Image masked = read_bytes(test::make_bmp(1, 2, 32, 108, 3, pixels));
  EXPECT_EQ(masked.rgb, (std::vector<std::uint8_t>{255, 255, 255, 6, 5, 4}));
}

TEST(ReadImage, TopDownBmp) {
  const std::string rows("\x0A\x0A\x0A\x00\x14\x14\x14\x00", 8);  // two rows of one padded pixel
  EXPECT_EQ(read_bytes(test::make_bmp(2, 1, 24, 40, 0, rows)).rgb[0], 20);
  EXPECT_EQ(read_bytes(test::make_bmp(-2, 1, 24, 40, 0, rows)).rgb[0], 10);
}

TEST(ReadImage, BytesAfterTheEndOfAJpegAreTolerated) {
  const std::string jpeg = encode(".jpg", gradient(16, 16));
  const Image expected = read_bytes(jpeg);
  expect_equal(read_bytes(jpeg + std::string(100, '\0')), expected);
  expect_equal(read_bytes(jpeg + jpeg.substr(0, jpeg.size() / 2)), expected);  // as multi-image files
}

TEST(ReadImage, TooLargeIsSaidBeforeDecoding) {
  const std::string png = encode(".png", gradient(20, 30));
  EXPECT_NO_THROW(read_bytes(png, 600));
  EXPECT_ERROR(read_bytes(png, 599), ErrorCode::kImageTooLarge, "30x20 pixels");
  for (const char* extension : {".jpg", ".tiff", ".webp", ".bmp"}) {
    EXPECT_ERROR(read_bytes(encode(extension, gradient(20, 30)), 599), ErrorCode::kImageTooLarge, "599");
  }
}

TEST(ReadImage, BombsAreRefusedByTheirHeadersAlone) {
  const auto ihdr = [](unsigned width, unsigned height) {
    return std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16) + test::be32(width) + test::be32(height);
  };
  EXPECT_ERROR(read_bytes(ihdr(100'000, 100'000)), ErrorCode::kImageTooLarge, "100000x100000");
  EXPECT_ERROR(read_bytes(ihdr(1u << 21, 1)), ErrorCode::kImageTooLarge, "262144");
  EXPECT_ERROR(read_bytes(ihdr(0, 5)), ErrorCode::kTruncatedImage, "0x5");
  EXPECT_ERROR(read_bytes(test::make_bmp(INT32_MIN, INT32_MAX, 24, 40, 0, "")), ErrorCode::kImageTooLarge,
               "");
  std::string jpeg = encode(".jpg", gradient(8, 8));
  const std::size_t frame = jpeg.find("\xFF\xC0");
  jpeg.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
  EXPECT_ERROR(read_bytes(jpeg), ErrorCode::kImageTooLarge, "65500x65500");
}

TEST(ImageFormat, ExtensionsForFolderScans) {
  for (const char* name : {"a.jpg", "a.JPEG", "dir.x/b.Png", "c.tif", "c.tiff", "d.webp", "e.bmp"}) {
    EXPECT_TRUE(image::has_image_extension(name)) << name;
  }
  for (const char* name : {"a", "a.txt", ".jpg", "jpg", "a.jpg.txt", "a.npy"}) {
    EXPECT_FALSE(image::has_image_extension(name)) << name;
  }
}

TEST(ReadImage, RealImages) {
  RELPROMPT_REQUIRE_SHARED(shared);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "camvid/images/val")) {
    if (!image::has_image_extension(entry.path())) continue;
    const Image image = read_image(entry.path());
    EXPECT_EQ(image.rgb.size(), static_cast<std::size_t>(image.height * image.width * 3));
    if (++count == 20) break;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace relprompt
