// Memory that decoding takes, in a process of its own whose address space is limited: at most 12 bytes a
// pixel of the image and 64 MB, with the file in it. Small files that promise much are refused within 64
// MB.
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "image_maker.h"
#include "test_support.h"
#include "tiff_maker.h"

namespace relprompt {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr std::uint64_t kSlack = std::uint64_t{64} << 20;
constexpr int kWidth = 3000, kHeight = 2000;

std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Exit status of a child that may take `bytes` more than it has: 0 if the file is read, 1 for lack of
/// memory, 2 for any other Error.
int read_within(std::uint64_t bytes, const std::filesystem::path& path, const DecodeOptions& options) {
  const pid_t child = fork();
  if (child == 0) {
    const rlim_t most = address_space() + bytes;
    const rlimit limit = {most, most};
    setrlimit(RLIMIT_AS, &limit);
    int status = 3;
    try {
      status = read_image(path, options).rgb.empty() ? 3 : 0;
    } catch (const Error& error) {
      status = error.code() == ErrorCode::kOutOfMemory ? 1 : 2;
    } catch (...) {
    }
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class DecodingMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "AddressSanitizer needs all of the address space";
  }

  void expect_within(const std::string& bytes, const DecodeOptions& options = {}) {
    const std::uint64_t pixels = std::uint64_t{kWidth} * kHeight;
    test::write_text(folder_ / "image", bytes);
    EXPECT_EQ(read_within(12 * pixels + kSlack, folder_ / "image", options), 0);
  }

  void expect_refused(const std::string& bytes) {
    test::write_text(folder_ / "image", bytes);
    EXPECT_EQ(read_within(kSlack, folder_ / "image", {}), 2);
  }

  test::TemporaryFolder folder_;
};

test::Samples large(int channels, int bits) {
  return test::gradient(kHeight, kWidth, channels, bits);
}

TEST_F(DecodingMemory, Png) {
  const std::string file = test::encode(".png", large(4, 16));
  expect_within(file);
  DecodeOptions options;
  options.range = SampleRange{0, 4095};
  expect_within(file, options);
}

TEST_F(DecodingMemory, JpegTurned) {
  expect_within(test::with_exif(test::encode(".jpg", large(3, 8)), 6));
}

TEST_F(DecodingMemory, WebpWithAlpha) {
  test::Samples samples{kHeight, kWidth, 4, 8, {}};  // one colour, which is quickly encoded
  samples.values.assign(std::size_t{kWidth} * kHeight * 4, 90);
  expect_within(test::encode(".webp", samples));
}

TEST_F(DecodingMemory, Bmp) {
  expect_within(test::encode(".bmp", large(3, 8)));
}

TEST_F(DecodingMemory, TiffOfOneStripAndOfOneTile) {
  const test::Samples samples = large(4, 16);
  test::TiffMake make;
  make.extra = {2};
  expect_within(test::write_tiff(samples, make));
  make.compression = 8;
  expect_within(test::write_tiff(samples, make));
  make.tile = 2016;
  expect_within(test::write_tiff(samples, make));
}

TEST_F(DecodingMemory, TiffTilesThatHoldNothing) {
  const auto field = [](unsigned tag, unsigned type, unsigned value) {
    return test::le16(tag) + test::le16(type) + test::le32(1) + test::le32(value);
  };
  for (const unsigned compression : {1u, 5u, 7u, 8u, 32773u}) {
    const std::string directory = field(256, 4, 9000) + field(257, 4, 9000) + field(258, 3, 8) +
                                  field(259, 3, compression) + field(262, 3, 1) + field(277, 3, 1) +
                                  field(322, 4, 30000) + field(323, 4, 30000) + field(324, 4, 134) +
                                  field(325, 4, 16);
    expect_refused(std::string("II*\0", 4) + test::le32(8) + test::le16(10) + directory + test::le32(0) +
                   std::string(16, '\0'));
  }
}

TEST_F(DecodingMemory, PngTextThatUnpacksToGigabytes) {
  // Zeros deflate a thousandfold; forty chunks of 8 MB each are more than the limit five times over.
  std::string text;
  const std::string zeros(7'900'000, '\0');
  uLongf size = 100'000;
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(zeros.data()),
            zeros.size(), 9);
  packed.resize(size);
  for (int i = 0; i < 40; ++i) text += test::png_chunk("zTXt", std::string("key\0\0", 5) + packed);
  const std::string png = test::encode(".png", test::gradient(16, 16));
  test::write_text(folder_ / "image", png.substr(0, 33) + text + png.substr(33));
  EXPECT_EQ(read_within(kSlack, folder_ / "image", {}), 0);
}

TEST_F(DecodingMemory, SidesBeyondAQuarterOfAMillionAreRefused) {
  expect_refused(std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16) + test::be32(1'000'000) +
                 test::be32(100));
}

TEST_F(DecodingMemory, WebpOfTheLargestSizeIsRefused) {
  // A lossless header of 16383 x 16383 and nothing else.
  const std::string head = std::string("/\xFE\xBF\xFF\x0F", 5) + std::string(11, '\0');
  expect_refused("RIFF" + test::le32(28) + "WEBPVP8L" + test::le32(16) + head);
}

}  // namespace
}  // namespace relprompt
