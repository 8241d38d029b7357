// HEIC and AVIF, by tiny files of our own: the left half red, the right half blue, 32x24.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "base/read_file.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

std::string file(const std::string& name) {
  return std::string(read_file(fs::path(RELPROMPT_SOURCE_DIR) / "tests/image/heif" / name).text());
}

Image decoded(const std::string& bytes, std::uint64_t max_pixels = kMaxDecodedPixels) {
  DecodeOptions options;
  options.max_decoded_pixels = max_pixels;
  return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), options, "a.heic");
}

class Heif : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!fs::exists(RELPROMPT_HEIF_LIBRARY)) GTEST_SKIP() << "no librelprompt-heif";
    bytes_ = file(GetParam());
    try {
      image_ = decoded(bytes_);
    } catch (const Error& error) {
      if (std::string(error.what()).find("Unsupported codec") != std::string::npos)
        GTEST_SKIP() << error.what();
      throw;
    }
  }

  std::string bytes_;
  Image image_;
};

TEST_P(Heif, IsDecoded) {
  ASSERT_EQ(image_.height, 24);
  ASSERT_EQ(image_.width, 32);
  for (const int y : {2, 12, 21}) {
    const std::uint8_t* row = image_.rgb.data() + static_cast<std::ptrdiff_t>(y) * 32 * 3;
    EXPECT_NEAR(row[4 * 3], 200, 12);
    EXPECT_NEAR(row[4 * 3 + 2], 30, 12);
    EXPECT_NEAR(row[27 * 3], 30, 12);
    EXPECT_NEAR(row[27 * 3 + 2], 200, 12);
  }
}

TEST_P(Heif, LargerThanTheLimitIsRefusedUndecoded) {
  EXPECT_ERROR(decoded(bytes_, 32 * 24 - 1), ErrorCode::kImageTooLarge, "a.heic");
}

TEST_P(Heif, CutFilesAreRefused) {
  for (std::size_t size = 12; size < bytes_.size(); size += 37) {
    try {
      decoded(bytes_.substr(0, size));
      ADD_FAILURE() << "accepted with " << size << " of " << bytes_.size() << " bytes";
    } catch (const Error& error) {
      EXPECT_EQ(exit_status(error.code()), 3) << error.what();
    }
  }
}

TEST_P(Heif, FlippedBytesNeverEscapeAsAnythingElse) {
#ifdef __SANITIZE_ADDRESS__
  if (GetParam() == "halves.avif") GTEST_SKIP() << "libdav1d keeps 40 bytes of a damaged file";
#endif
  for (std::size_t at = 0; at < bytes_.size(); at += 3) {
    std::string changed = bytes_;
    changed[at] = static_cast<char>(~changed[at]);
    try {
      decoded(changed, 1 << 20);
    } catch (const Error& error) {
      EXPECT_TRUE(exit_status(error.code()) == 3 || error.code() == ErrorCode::kOutOfMemory) << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Heif, testing::Values("halves.heic", "halves.avif"),
                         [](const auto& name) { return name.param.substr(7); });

TEST(HeifWithoutItsLibrary, SaysWhatIsMissing) {
  if (fs::exists(RELPROMPT_HEIF_LIBRARY)) GTEST_SKIP() << "it is here";
  EXPECT_ERROR(decoded(file("halves.avif")), ErrorCode::kNotAnImage, "librelprompt-heif.so");
}

}  // namespace
}  // namespace relprompt
