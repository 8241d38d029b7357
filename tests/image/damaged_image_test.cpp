// read_image on files that are truncated, corrupt, hostile or no images at all.
#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "base/random.h"
#include "image_maker.h"
#include "test_support.h"

namespace relprompt {
namespace {

using test::encode;
using test::gradient;

Image read_bytes(const test::TemporaryFolder& folder, const std::string& bytes) {
  test::write_text(folder / "image.jpg", bytes);
  return read_image(folder / "image.jpg");
}

bool is_image_error(ErrorCode code) {
  return code == ErrorCode::kTruncatedImage || code == ErrorCode::kNotAnImage ||
         code == ErrorCode::kImageTooLarge;
}

class Formats : public testing::TestWithParam<const char*> {
 protected:
  std::string whole(int channels = 3) const { return encode(GetParam(), gradient(30, 44, channels)); }
  test::TemporaryFolder folder_;
};

TEST_P(Formats, HalfAFileIsTruncated) {
  const std::string file = whole();
  ASSERT_NO_THROW(read_bytes(folder_, file));
  EXPECT_ERROR(read_bytes(folder_, file.substr(0, file.size() / 2)), ErrorCode::kTruncatedImage, "image.jpg");
}

TEST_P(Formats, EveryPrefixIsRefused) {
  const std::string file = encode(GetParam(), gradient(11, 14));
  test::write_text(folder_ / "image.jpg", file);
  ASSERT_NO_THROW(read_image(folder_ / "image.jpg"));
  for (std::size_t length = file.size(); length-- > 0;) {
    std::filesystem::resize_file(folder_ / "image.jpg", length);
    try {
      read_image(folder_ / "image.jpg");
      ADD_FAILURE() << length << " of " << file.size() << " bytes were read as an image";
    } catch (const Error& error) {
      EXPECT_TRUE(is_image_error(error.code())) << length << ": " << error.what();
    }
  }
}

TEST_P(Formats, FlippedBytesNeverEscapeAsAnythingElse) {
  const std::string file = whole();
  SplitMix64 random(fnv1a(GetParam()));
  for (int round = 0; round < 200; ++round) {
    std::string bad = file;
    for (std::uint64_t i = 0; i <= random.next() % 4; ++i) {
      // Headers are where the harm is, so half of the hits go there.
      const std::size_t range = random.next() % 2 == 0 ? std::min<std::size_t>(bad.size(), 64) : bad.size();
      bad[random.next() % range] = static_cast<char>(random.next());
    }
    try {
      const Image image = read_bytes(folder_, bad);
      EXPECT_EQ(image.rgb.size(),
                static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
    } catch (const Error& error) {
      EXPECT_TRUE(is_image_error(error.code())) << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::Values(".jpg", ".png", ".tiff", ".webp", ".bmp"),
                         [](const auto& test_case) { return std::string(test_case.param + 1); });

TEST(DamagedImage, JpegCutInTheMiddleOfItsDataSaysSo) {
  const test::TemporaryFolder folder;
  const std::string file = encode(".jpg", gradient(30, 44));
  EXPECT_ERROR(read_bytes(folder, file.substr(0, file.size() - 2)), ErrorCode::kTruncatedImage,
               "no end-of-image marker");
  // A download that was preallocated: the rest is zeros.
  std::string zeros = file;
  std::fill(zeros.end() - 60, zeros.end(), '\0');
  EXPECT_ERROR(read_bytes(folder, zeros), ErrorCode::kTruncatedImage, "image data");
}

TEST(DamagedImage, JpegThumbnailDoesNotEndTheImage) {
  const test::TemporaryFolder folder;
  const std::string file = encode(".jpg", gradient(30, 44));
  const std::string thumbnail = encode(".jpg", gradient(8, 8));
  const std::size_t length = thumbnail.size() + 2;
  const std::string segment = {'\xFF', '\xE2', static_cast<char>(length >> 8),
                               static_cast<char>(length & 255)};
  const std::string with_thumbnail = file.substr(0, 2) + segment + thumbnail + file.substr(2);
  EXPECT_EQ(read_bytes(folder, with_thumbnail).width, 44);
  EXPECT_ERROR(read_bytes(folder, with_thumbnail.substr(0, with_thumbnail.size() - 40)),
               ErrorCode::kTruncatedImage, "end-of-image");
}

TEST(DamagedImage, PngChecksumsAreChecked) {
  const test::TemporaryFolder folder;
  std::string file = encode(".png", gradient(30, 44));
  file[file.find("IDAT") + 20] ^= 1;
  EXPECT_ERROR(read_bytes(folder, file), ErrorCode::kTruncatedImage, "libpng");
}

TEST(DamagedImage, TiffDirectoryBeforePixels) {
  const test::TemporaryFolder folder;
  const std::string file = make_tiff(gradient(6, 10, 1), {});
  EXPECT_EQ(read_bytes(folder, file).width, 10);
  EXPECT_ERROR(read_bytes(folder, file.substr(0, file.size() - 1)), ErrorCode::kTruncatedImage,
               "strip 1 of 1");
}

TEST(DamagedImage, MessagesNameTheFileAndWhatItLooksLike) {
  const test::TemporaryFolder folder;
  const auto expect_description = [&](const std::string& bytes, const char* words) {
    EXPECT_ERROR(read_bytes(folder, bytes), ErrorCode::kNotAnImage, words);
    EXPECT_ERROR(read_bytes(folder, bytes), ErrorCode::kNotAnImage, "image.jpg");
  };
  expect_description("", "it is empty");
  expect_description("hello, this is\na text", "text \"hello, this is a\"");
  expect_description("GIF89a...........", "a GIF");
  expect_description(std::string("\0\0\0\x18"
                                 "ftypmp42",
                                 12),
                     "an MP4 or QuickTime video");
  expect_description("<!DOCTYPE html><html>", "HTML page");
  expect_description("BM is how this text starts", "text \"BM is");
  expect_description(std::string("\x00\x01\x02\xFE", 4), "bytes 00 01 02 FE");
}

TEST(DamagedImage, MissingFilesAndFolders) {
  const test::TemporaryFolder folder;
  EXPECT_ERROR(read_image(folder / "gone.png"), ErrorCode::kNotFound, "gone.png");
  EXPECT_ERROR(read_image(folder.path()), ErrorCode::kUnreadable, folder.path().string());
}

}  // namespace
}  // namespace relprompt
