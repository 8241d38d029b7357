// Label and palette PNGs: exact round trips, the ranges of both depths, hostile files, image writers.
#include "image/label_files.h"

#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "image/image_files.h"
#include "image/palette.h"
#include "image_maker.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

namespace fs = std::filesystem;

LabelMap labels_up_to(std::size_t classes, int height = 19, int width = 31) {
  LabelMap map{height, width, {}};
  for (int i = 0; i < height * width; ++i) {
    map.labels.push_back(i % 7 == 3 ? LabelMap::kUnknown
                                    : static_cast<std::uint16_t>(static_cast<unsigned>(i) * 97 % classes));
  }
  return map;
}

TEST(LabelsPng, EightBitsUpTo255Classes) {
  const test::TemporaryFolder folder;
  for (const std::size_t classes : {1u, 2u, 20u, 255u}) {
    const LabelMap map = labels_up_to(classes);
    write_labels_png(folder / "x.labels.png", map, classes);
    const StoredLabels stored = read_labels_png(folder / "x.labels.png");
    EXPECT_EQ(stored.bits, 8);
    ASSERT_EQ(stored.map.labels.size(), map.labels.size());
    for (std::size_t i = 0; i < map.labels.size(); ++i) {
      ASSERT_EQ(stored.map.labels[i], map.labels[i] == LabelMap::kUnknown ? 255 : map.labels[i]);
    }
  }
}

TEST(LabelsPng, SixteenBitsBeyond) {
  const test::TemporaryFolder folder;
  for (const std::size_t classes : {256u, 847u, 65535u}) {
    LabelMap map = labels_up_to(classes);
    map.labels[0] = static_cast<std::uint16_t>(classes - 1);
    write_labels_png(folder / "x.labels.png", map, classes);
    const StoredLabels stored = read_labels_png(folder / "x.labels.png");
    EXPECT_EQ(stored.bits, 16);
    EXPECT_EQ(stored.map.height, map.height);
    EXPECT_EQ(stored.map.width, map.width);
    EXPECT_EQ(stored.map.labels, map.labels);
  }
}

TEST(LabelsPng, OtherProgramsSeePlainGrey) {
  const test::TemporaryFolder folder;
  const LabelMap map{1, 3, {0, 299, LabelMap::kUnknown}};
  write_labels_png(folder / "x.png", map, 300);
  const std::string bytes = test::read_text(folder / "x.png");
  EXPECT_EQ(bytes.substr(24, 2), std::string("\x10\0", 2));  // 16 bits, grey
  // Through the other path of the reader: a range of 256 values shows the lower byte.
  DecodeOptions options;
  options.range = SampleRange{256, 511};
  const Image seen = read_image(folder / "x.png", options);
  EXPECT_EQ(seen.rgb[3], 299 - 256);
  EXPECT_EQ(seen.rgb[6], 255);
}

TEST(PalettePng, IndicesAreLabelsAndColoursThePalette) {
  const test::TemporaryFolder folder;
  const LabelMap map{1, 4, {0, 7, 254, LabelMap::kUnknown}};
  write_palette_png(folder / "x.palette.png", map, 255);
  EXPECT_EQ(read_labels_png(folder / "x.palette.png").map.labels,
            (std::vector<std::uint16_t>{0, 7, 254, 255}));
  const Image seen = read_image(folder / "x.palette.png");
  const Color seven = color_of(7);
  EXPECT_EQ((Color{seen.rgb[3], seen.rgb[4], seen.rgb[5]}), seven);
  EXPECT_EQ((Color{seen.rgb[9], seen.rgb[10], seen.rgb[11]}), Color{});
}

TEST(PalettePng, RgbBeyond255Classes) {
  const test::TemporaryFolder folder;
  const LabelMap map{1, 3, {0, 255, 4999}};
  write_palette_png(folder / "x.palette.png", map, 5000);
  const Image seen = read_image(folder / "x.palette.png");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((Color{seen.rgb[3 * i], seen.rgb[3 * i + 1], seen.rgb[3 * i + 2]}), color_of(map.labels[i]));
  }
  EXPECT_ERROR(read_labels_png(folder / "x.palette.png"), ErrorCode::kNotAnImage, "holds colours");
}

TEST(LabelsPng, RefusesLabelsWithoutAClass) {
  const test::TemporaryFolder folder;
  const LabelMap map{1, 2, {0, 20}};
  EXPECT_ERROR(write_labels_png(folder / "x.png", map, 20), ErrorCode::kBadArgument, "label 20 of only 20");
  EXPECT_ERROR(write_palette_png(folder / "x.png", map, 20), ErrorCode::kBadArgument, "label 20");
  EXPECT_ERROR(write_labels_png(folder / "x.png", LabelMap{}, 20), ErrorCode::kBadArgument, "0x0");
  EXPECT_ERROR(write_palette_png(folder / "x.png", LabelMap{2, 2, {1}}, 20), ErrorCode::kBadArgument,
               "1 labels");
  EXPECT_FALSE(fs::exists(folder / "x.png"));
}

TEST(LabelsPng, ReadsFourBitPalettesUnscaled) {
  // 3x1, two indices a byte: 1, 15, 2, in zlib data that is only stored.
  const std::string row("\0\x1F\x20", 3);
  const std::string zlib = std::string("\x78\x01\x01\x03\x00\xFC\xFF", 7) + row + test::adler32(row);
  const std::string header = test::be32(3) + test::be32(1) + std::string("\x04\x03\0\0\0", 5);
  const std::string file = std::string("\x89PNG\r\n\x1A\n") + test::png_chunk("IHDR", header) +
                           test::png_chunk("PLTE", std::string(48, 'p')) + test::png_chunk("IDAT", zlib) +
                           test::png_chunk("IEND", "");
  const test::TemporaryFolder folder;
  test::write_text(folder / "four.png", file);
  const StoredLabels stored = read_labels_png(folder / "four.png");
  EXPECT_EQ(stored.bits, 4);
  EXPECT_EQ(stored.map.labels, (std::vector<std::uint16_t>{1, 15, 2}));
}

TEST(LabelsPng, HostileFiles) {
  const test::TemporaryFolder folder;
  const auto read = [&](const std::string& bytes, std::uint64_t max_pixels = kMaxDecodedPixels) {
    test::write_text(folder / "x.png", bytes);
    return read_labels_png(folder / "x.png", max_pixels);
  };
  EXPECT_ERROR(read("no image"), ErrorCode::kNotAnImage, "no label file (PNG): it starts with");
  EXPECT_ERROR(read(test::encode(".jpg", test::gradient(4, 4))), ErrorCode::kNotAnImage, "is a JPEG");
  EXPECT_ERROR(read(test::encode(".png", test::gradient(4, 4, 4))), ErrorCode::kNotAnImage, "with alpha");
  const std::string whole = test::encode(".png", test::gradient(9, 9, 1, 16));
  EXPECT_EQ(read(whole).map.labels.size(), 81u);
  EXPECT_ERROR(read(whole, 80), ErrorCode::kImageTooLarge, "9x9");
  for (std::size_t length = 8; length < whole.size(); ++length) {
    EXPECT_ERROR(read(whole.substr(0, length)), ErrorCode::kTruncatedImage, "x.png");
  }
  EXPECT_ERROR(read_labels_png(folder / "gone.png"), ErrorCode::kNotFound, "gone.png");
}

TEST(ImageFiles, PngIsExactAndJpgClose) {
  const test::TemporaryFolder folder;
  const Image image = test::expected_rgb(test::gradient(33, 47));
  write_png(folder / "p.png", image);
  EXPECT_EQ(read_image(folder / "p.png").rgb, image.rgb);
  write_jpg(folder / "p.jpg", image, 100);
  const Image back = read_image(folder / "p.jpg");
  ASSERT_EQ(back.rgb.size(), image.rgb.size());
  for (std::size_t i = 0; i < back.rgb.size(); ++i) ASSERT_NEAR(back.rgb[i], image.rgb[i], 6) << i;
}

TEST(ImageFiles, RefuseWhatNoFileCanHold) {
  const test::TemporaryFolder folder;
  EXPECT_ERROR(write_png(folder / "p.png", Image{}), ErrorCode::kBadArgument, "0x0");
  EXPECT_ERROR(write_png(folder / "p.png", Image{2, 2, {1, 2, 3}}), ErrorCode::kBadArgument, "3 bytes");
  EXPECT_ERROR(write_jpg(folder / "p.jpg", Image{1, 1, {1, 2, 3}}, 0), ErrorCode::kBadArgument, "quality");
  const Image wide{1, 70000, std::vector<std::uint8_t>(210000)};
  EXPECT_ERROR(write_jpg(folder / "p.jpg", wide), ErrorCode::kBadArgument, "65500");
  test::write_text(folder / "file", "x");
  EXPECT_ERROR(write_png(folder / "file/p.png", Image{1, 1, {1, 2, 3}}), ErrorCode::kNotWritable, "file");
  EXPECT_FALSE(fs::exists(folder / "p.jpg"));
}

[[noreturn]] void write_on_a_full_disk(const fs::path& folder) {
  const struct rlimit limit = {100, 100};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    write_labels_png(folder / "x.png", labels_up_to(200, 100, 100), 200);
  } catch (const Error& error) {
    std::_Exit(error.code() == ErrorCode::kDiskFull && fs::is_empty(folder) ? 0 : 1);
  }
  std::_Exit(2);
}

TEST(LabelsPng, AFullDiskLeavesNothing) {
  const test::TemporaryFolder folder;
  EXPECT_EXIT(write_on_a_full_disk(folder.path()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace relprompt::image
