// Damaged TIFFs, labels and images alike: what a decoder can notice is refused.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "image/read_labels.h"
#include "image_maker.h"
#include "test_support.h"
#include "tiff_maker.h"

namespace relprompt {
namespace {

using test::first_piece;
using test::Samples;
using test::TiffMake;
using test::write_tiff;

constexpr int kLzw = 5, kDeflate = 8, kOldDeflate = 32946, kPackBits = 32773, kGroup4 = 4, kGroup3 = 3;

// Label maps as data sets have them: patches of few values.
Samples patches(int bits = 8) {
  Samples samples{64, 96, 1, bits, {}};
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) {
      const int label = (x / 13 + y / 7 * 3) % 19 + (x + y > 120 ? 1 : 0);
      samples.values.push_back(static_cast<std::uint16_t>(bits == 1 ? label % 2 : label));
    }
  }
  return samples;
}

std::string labels_file(int compression, int bits = 8) {
  TiffMake make;
  make.compression = compression;
  make.bits = bits;
  return write_tiff(patches(bits), make);
}

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}

  /// A share of the bytes of the file's first strip set to zero, or to anything.
  std::string in(std::string file, double share, bool zeros) {
    const auto [offset, size] = first_piece(file);
    bool changed = false;
    while (!changed) {
      const auto hits = std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(size)));
      for (std::size_t i = 0; i < hits; ++i) {
        char& byte = file[offset + random_.next() % size];
        const char now = zeros ? '\0' : static_cast<char>(random_.next());
        changed = changed || byte != now;
        byte = now;
      }
    }
    return file;
  }

 private:
  SplitMix64 random_;
};

Image decode(const std::string& bytes) {
  return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), {}, "a.tif");
}

image::StoredLabels read_labels(const std::string& bytes) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.tif", bytes);
  return image::read_labels(folder / "a.tif");
}

template <class Read>
int refused(Read read, const std::string& file, double share, bool zeros, int rounds) {
  int count = 0;
  Damage damage(77);
  for (int round = 0; round < rounds; ++round) {
    try {
      read(damage.in(file, share, zeros));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kTruncatedImage) << error.what();
      ++count;
    }
  }
  return count;
}

class DamagedLabels : public testing::TestWithParam<int> {};

TEST_P(DamagedLabels, WholeFilesAreRead) {
  EXPECT_EQ(read_labels(labels_file(GetParam())).map.labels, patches().values);
  EXPECT_EQ(decode(labels_file(GetParam())).width, 96);
}

TEST_P(DamagedLabels, ZeroedAndRandomBytesAreRefused) {
  const std::string file = labels_file(GetParam());
  constexpr int kRounds = 60;
  // A few bytes of an LZW or PackBits strip can become other codes of the same lengths, which nobody can
  // notice.
  const bool checksummed = GetParam() == kDeflate || GetParam() == kOldDeflate;
  for (const double share : checksummed ? std::vector<double>{0.02, 0.3} : std::vector<double>{0.3}) {
    for (const bool zeros : {true, false}) {
      const auto labels =
          refused([](const std::string& bytes) { read_labels(bytes); }, file, share, zeros, kRounds);
      const auto images =
          refused([](const std::string& bytes) { decode(bytes); }, file, share, zeros, kRounds);
      EXPECT_EQ(labels, kRounds) << share << zeros;
      EXPECT_EQ(images, kRounds) << share << zeros;
    }
  }
}

TEST_P(DamagedLabels, OneChangedByteOfAChecksummedStreamIsRefused) {
  if (GetParam() != kDeflate && GetParam() != kOldDeflate) GTEST_SKIP() << "no checksum";
  const std::string file = labels_file(GetParam());
  EXPECT_EQ(refused([](const std::string& bytes) { read_labels(bytes); }, file, 0, false, 100), 100);
}

INSTANTIATE_TEST_SUITE_P(Tiff, DamagedLabels, testing::Values(kLzw, kDeflate, kOldDeflate, kPackBits));

TEST(DamagedTiff, FaxImagesAreRefused) {
  for (const int compression : {kGroup3, kGroup4}) {
    const std::string file = labels_file(compression, 1);
    ASSERT_EQ(decode(file).width, 96);
    EXPECT_GE(refused([](const std::string& bytes) { decode(bytes); }, file, 0.3, true, 50), 50)
        << compression;
    EXPECT_GE(refused([](const std::string& bytes) { decode(bytes); }, file, 0.3, false, 50), 50)
        << compression;
  }
}

TEST(DamagedTiff, TilesPlanesAndPredictorsAreCheckedAsWell) {
  for (const int compression : {kLzw, kDeflate}) {
    for (const int tile : {0, 32}) {
      for (const bool separate : {false, true}) {
        TiffMake make;
        make.compression = compression;
        make.tile = tile;
        make.separate = separate;
        make.predictor = 2;
        make.rows_per_strip = 10;
        const Samples image = test::gradient(50, 70, 3, 16);
        const std::string file = write_tiff(image, make);
        ASSERT_EQ(decode(file).rgb, test::expected_rgb(image).rgb);
        EXPECT_EQ(refused([](const std::string& bytes) { decode(bytes); }, file, 0.3, false, 20), 20)
            << compression << " " << tile << separate;
      }
    }
  }
}

TEST(DamagedTiff, AStripThatEndsWithoutItsEndCodeIsRefused) {
  std::string file = labels_file(kLzw);
  const auto [offset, size] = first_piece(file);
  file[offset + size - 1] = 0;
  file[offset + size - 2] = 0;
  EXPECT_ERROR(read_labels(file), ErrorCode::kTruncatedImage, "strip 1 of 1");
}

TEST(DamagedTiff, UncompressedStripsMustBeWhole) {
  TiffMake make;
  make.rows_per_strip = 10;
  std::string file = write_tiff(patches(), make);
  const std::string size = test::le16(960), sizes = size + size + size;
  const std::size_t place = file.find(sizes + size + size + size);
  ASSERT_NE(place, std::string::npos);
  file.replace(place + 4, 2, test::le16(959));
  EXPECT_ERROR(read_labels(file), ErrorCode::kTruncatedImage, "strip 3 of 7 has 959 bytes, 960 are needed");
}

TEST(DamagedTiff, LabelsOfSeveralPagesAreRefused) {
  TiffMake make;
  make.pages = 2;
  EXPECT_ERROR(read_labels(write_tiff(patches(), make)), ErrorCode::kNotAnImage, "2 pages");
}

}  // namespace
}  // namespace relprompt
