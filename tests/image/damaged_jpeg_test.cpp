// JPEGs damaged inside: what libjpeg only warns of is refused, what changes no pixel is not.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "base/random.h"
#include "image/jpeg_decode.h"
#include "image_maker.h"
#include "test_support.h"

namespace relprompt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Image decode(const std::string& bytes) {
  return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), {}, "a.jpg");
}

std::string image() {
  return test::encode(".jpg", test::gradient(120, 160), 90);
}

std::size_t scan_of(const std::string& jpeg) {
  return jpeg.find("\xFF\xDA") + 14;  // behind the header of a scan of three components
}

TEST(DamagedJpeg, AZeroedPieceIsRefused) {
  const std::string whole = image();
  const std::size_t scan = scan_of(whole), length = whole.size() - 2 - scan;
  for (std::size_t part = 1; part < 9; ++part) {
    std::string bad = whole;
    bad.replace(scan + length * part / 10, length / 20, std::string(length / 20, '\0'));
    EXPECT_ERROR(decode(bad), ErrorCode::kTruncatedImage, "libjpeg says");
  }
}

TEST(DamagedJpeg, RandomBytesInsideAreMostlyNoticed) {
  const std::string whole = image();
  const std::size_t scan = scan_of(whole), length = whole.size() - 2 - scan;
  SplitMix64 random(5);
  int noticed = 0;
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    std::string bad = whole;
    for (int i = 0; i < 8; ++i) bad[scan + random.next() % length] = static_cast<char>(random.next());
    try {
      noticed += decode(bad).notes.empty() ? 0 : 1;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kTruncatedImage) << error.what();
      ++noticed;
    }
  }
  EXPECT_GT(noticed, kRounds * 9 / 10);
}

// libjpeg itself has read some bytes ahead, so that the first of them are not counted.
TEST(DamagedJpeg, AFewSurplusBytesAreSaidMoreAreDamage) {
  const std::string whole = image();
  const auto padded = [&](std::size_t count) {
    return whole.substr(0, whole.size() - 2) + std::string(count, '\x11') + "\xFF\xD9";
  };
  EXPECT_THAT(decode(whole).notes, IsEmpty());
  std::size_t count = 1;
  while (count < 12 && decode(padded(count)).notes.empty()) ++count;
  const Image image = decode(padded(count + 1));
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("2 surplus bytes")));
  EXPECT_EQ(image.rgb, decode(whole).rgb);
  EXPECT_ERROR(decode(padded(count + 20)), ErrorCode::kTruncatedImage, "extraneous bytes");
}

TEST(DamagedJpeg, PaddingBetweenMarkersIsNoDamage) {
  std::string file = image();
  file.insert(file.size() - 2, "\xFF\xFF\xFF");
  EXPECT_THAT(decode(file).notes, IsEmpty());
}

// A grey progressive JPEG of 16x16 pixels whose scans say nothing: the lowest coefficient, then as many scans
// of the others, bit by bit.
std::string of_scans(int scans) {
  const auto segment = [](int marker, const std::string& body) {
    const std::size_t length = body.size() + 2;
    return std::string{'\xFF', static_cast<char>(marker), static_cast<char>(length >> 8),
                       static_cast<char>(length & 255)} +
           body;
  };
  const std::string lengths = '\1' + std::string(15, '\0');  // one code of one bit
  std::string file = "\xFF\xD8" + segment(0xDB, '\0' + std::string(64, '\1')) +
                     segment(0xC2, std::string("\x08\0\x10\0\x10\1\1\x11\0", 9)) +
                     segment(0xC4, '\0' + lengths + '\0') + segment(0xC4, '\x10' + lengths + '\x20') +
                     segment(0xDA, std::string("\1\1\0\0\0\0", 6)) + '\x0F';
  for (int scan = 0; scan < scans - 1; ++scan) {
    const int coefficient = scan % 63 + 1, bit = 13 - scan / 63, before = scan < 63 ? 0 : bit + 1;
    const char place = static_cast<char>(coefficient);
    file += segment(0xDA, {'\1', '\1', '\0', place, place, static_cast<char>(before << 4 | bit)}) + '\x1F';
  }
  return file + "\xFF\xD9";
}

TEST(DamagedJpeg, ScansAreLimited) {
  EXPECT_EQ(decode(of_scans(1)).width, 16);
  EXPECT_EQ(decode(of_scans(image::kMaxJpegScans)).width, 16);
  EXPECT_ERROR(decode(of_scans(image::kMaxJpegScans + 1)), ErrorCode::kNotAnImage, "more than 50 scans");
  EXPECT_ERROR(decode(of_scans(800)), ErrorCode::kNotAnImage, "more than 50 scans");
}

TEST(DamagedJpeg, LosslessAndTwelveBitAreUnsupported) {
  std::string file = image();
  const std::size_t frame = file.find("\xFF\xC0");
  std::string lossless = file, deep = file;
  lossless[frame + 1] = '\xC3';
  deep[frame + 4] = 12;
  EXPECT_ERROR(decode(lossless), ErrorCode::kNotAnImage, "libjpeg says");
  EXPECT_ERROR(decode(deep), ErrorCode::kNotAnImage, "libjpeg says");
}

}  // namespace
}  // namespace relprompt
