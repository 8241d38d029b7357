// Label files in TIFF: exact values in both depths, and refusal of what a decoder would bend.
#include "image/read_labels.h"

#include <gtest/gtest.h>

#include "image_maker.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

test::Samples labels(int bits) {
  test::Samples samples{16, 17, 1, bits, {}};
  for (int i = 0; i < 16 * 17; ++i) {
    samples.values.push_back(static_cast<std::uint16_t>(bits == 8 ? i % 256 : i * 241));
  }
  samples.values.back() = bits == 8 ? 255 : 65535;
  return samples;
}

TEST(ReadLabelsTiff, KeepsEveryValueOfBothDepths) {
  const test::TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    const test::Samples samples = labels(bits);
    test::write_text(folder / "hand.tif", test::make_tiff(samples, {}));
    test::write_text(folder / "packed.tif", test::encode(".tiff", samples));  // LZW
    for (const char* name : {"hand.tif", "packed.tif"}) {
      const StoredLabels stored = read_labels_tiff(folder / name);
      EXPECT_EQ(stored.bits, bits) << name;
      EXPECT_EQ(stored.map.height, 16);
      EXPECT_EQ(stored.map.width, 17);
      EXPECT_EQ(stored.map.labels, samples.values) << name << " " << bits;
    }
  }
}

TEST(ReadLabels, TellsTheFormatByContent) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.png", test::make_tiff(labels(16), {}));
  test::write_text(folder / "b.tif", test::encode(".png", labels(16)));
  EXPECT_EQ(read_labels(folder / "a.png").map.labels, labels(16).values);
  EXPECT_EQ(read_labels(folder / "b.tif").map.labels, labels(16).values);
  EXPECT_ERROR(read_labels_tiff(folder / "b.tif"), ErrorCode::kNotAnImage, "is a PNG, no TIFF");
  test::write_text(folder / "c.tif", "labels");
  EXPECT_ERROR(read_labels(folder / "c.tif"), ErrorCode::kNotAnImage, "c.tif");
  EXPECT_ERROR(read_labels(folder / "gone.tif"), ErrorCode::kNotFound, "gone.tif");
}

TEST(ReadLabelsTiff, RefusesWhatWouldChangeValues) {
  const test::TemporaryFolder folder;
  const auto read = [&](const std::string& bytes, std::uint64_t max_pixels = kMaxDecodedPixels) {
    test::write_text(folder / "x.tif", bytes);
    return read_labels_tiff(folder / "x.tif", max_pixels);
  };
  test::TiffOptions inverted;
  inverted.photometric = 0;
  EXPECT_ERROR(read(test::make_tiff(labels(8), inverted)), ErrorCode::kNotAnImage, "colour space 0");
  test::TiffOptions colours;
  colours.photometric = 2;
  EXPECT_ERROR(read(test::make_tiff(test::gradient(4, 4), colours)), ErrorCode::kNotAnImage, "3 channels");
  test::TiffOptions real;
  real.sample_format = 3;
  EXPECT_ERROR(read(test::make_tiff(labels(16), real)), ErrorCode::kNotAnImage, "floating-point");
  const std::string whole = test::make_tiff(labels(16), {});
  EXPECT_ERROR(read(whole, 16 * 17 - 1), ErrorCode::kImageTooLarge, "17x16");
  for (std::size_t length = 4; length < whole.size(); length += 7) {
    EXPECT_ERROR(read(whole.substr(0, length)), ErrorCode::kTruncatedImage, "x.tif");
  }
}

}  // namespace
}  // namespace relprompt::image
