// Half precision rounding against known values, and the bytes of .npy files.
#include "image/npy_writer.h"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/random.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

namespace fs = std::filesystem;

TEST(ToHalf, KnownValues) {
  EXPECT_EQ(to_half(0.0f), 0x0000);
  EXPECT_EQ(to_half(-0.0f), 0x8000);
  EXPECT_EQ(to_half(1.0f), 0x3C00);
  EXPECT_EQ(to_half(-2.0f), 0xC000);
  EXPECT_EQ(to_half(0.1f), 0x2E66);
  EXPECT_EQ(to_half(1.0f / 3), 0x3555);
  EXPECT_EQ(to_half(65504.0f), 0x7BFF);
  EXPECT_EQ(to_half(std::numeric_limits<float>::infinity()), 0x7C00);
  EXPECT_EQ(to_half(-std::numeric_limits<float>::infinity()), 0xFC00);
  EXPECT_EQ(to_half(std::numeric_limits<float>::quiet_NaN()) & 0x7FFF, 0x7E00);
}

TEST(ToHalf, TiesGoToEven) {
  EXPECT_EQ(to_half(1.0f + 0x1p-11f), 0x3C00);
  EXPECT_EQ(to_half(1.0f + 3 * 0x1p-11f), 0x3C02);
  EXPECT_EQ(to_half(1.0f + 0x1p-11f + 0x1p-20f), 0x3C01);
  EXPECT_EQ(to_half(65519.0f), 0x7BFF);
  EXPECT_EQ(to_half(65520.0f), 0x7C00);
  EXPECT_EQ(to_half(2047.0f + 0.5f), 0x6800);  // carries into the exponent: 2048
}

TEST(ToHalf, Subnormals) {
  EXPECT_EQ(to_half(0x1p-14f), 0x0400);
  EXPECT_EQ(to_half(0x1p-24f), 0x0001);
  EXPECT_EQ(to_half(0x1p-25f), 0x0000);
  EXPECT_EQ(to_half(std::nextafter(0x1p-25f, 1.0f)), 0x0001);
  EXPECT_EQ(to_half(3 * 0x1p-25f), 0x0002);
  EXPECT_EQ(to_half(1023 * 0x1p-24f), 0x03FF);
  EXPECT_EQ(to_half(0x1p-14f - 0x1p-25f), 0x0400);
  EXPECT_EQ(to_half(-0x1p-24f), 0x8001);
  EXPECT_EQ(to_half(std::numeric_limits<float>::denorm_min()), 0x0000);
}

double value_of_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const double size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

TEST(ToHalf, AllHalvesSurviveAndOthersGoToTheNearest) {
  for (unsigned half = 0; half < 0x7C00; ++half) {
    ASSERT_EQ(to_half(static_cast<float>(value_of_half(static_cast<std::uint16_t>(half)))), half);
  }
  SplitMix64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const float value = std::ldexp(random.next_signed_unit(), static_cast<int>(random.next() % 36) - 20);
    const std::uint16_t half = to_half(value);
    const double error = std::abs(value_of_half(half) - value);
    ASSERT_LE(error, std::abs(value_of_half(static_cast<std::uint16_t>(half + 1)) - value)) << value;
    if ((half & 0x7FFF) != 0) {
      ASSERT_LE(error, std::abs(value_of_half(static_cast<std::uint16_t>(half - 1)) - value)) << value;
    }
  }
}

TEST(NpyWriter, HeaderAndNumbers) {
  const test::TemporaryFolder folder;
  const float values[6] = {0, 0.5f, -1, 2, 3, 4};
  NpyWriter writer(folder / "deep/x.npy", {2, 1, 3}, false);
  writer.append(values, 2);
  writer.append(values + 2, 4);
  EXPECT_FALSE(fs::exists(folder / "deep/x.npy"));
  writer.commit();
  const std::string file = test::read_text(folder / "deep/x.npy");
  ASSERT_EQ(file.size(), 128 + 24u);
  EXPECT_EQ(file.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(file.substr(10, 62), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }");
  EXPECT_EQ(file[127], '\n');
  EXPECT_EQ(std::memcmp(file.data() + 128, values, 24), 0);
}

TEST(NpyWriter, HalfPrecisionInLargePieces) {
  const test::TemporaryFolder folder;
  constexpr std::size_t kCount = 200'001;
  std::vector<float> values(kCount);
  for (std::size_t i = 0; i < kCount; ++i) values[i] = static_cast<float>(i % 2048);
  NpyWriter writer(folder / "x.npy", {static_cast<std::int64_t>(kCount)}, true);
  writer.append(values.data(), kCount);
  writer.commit();
  const std::string file = test::read_text(folder / "x.npy");
  EXPECT_NE(file.find("'<f2'"), std::string::npos);
  EXPECT_NE(file.find("'shape': (200001,)"), std::string::npos);
  ASSERT_EQ(file.size(), 128 + 2 * kCount);
  for (std::size_t i = 0; i < kCount; i += 991) {
    std::uint16_t half = 0;
    std::memcpy(&half, file.data() + 128 + 2 * i, 2);
    ASSERT_EQ(value_of_half(half), values[i]);
  }
}

TEST(NpyWriter, WrongCountsAreBugs) {
  const test::TemporaryFolder folder;
  const float values[5] = {};
  {
    NpyWriter writer(folder / "x.npy", {2, 2}, true);
    EXPECT_ERROR(writer.append(values, 5), ErrorCode::kInternal, "holds 4");
    writer.append(values, 3);
    EXPECT_ERROR(writer.commit(), ErrorCode::kInternal, "3 of 4");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  EXPECT_ERROR(NpyWriter(folder / "y.npy", {-1, 2}, true), ErrorCode::kBadArgument, "shape");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

[[noreturn]] void write_on_a_full_disk(const fs::path& folder) {
  const struct rlimit limit = {4096, 4096};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    const std::vector<float> values(10'000);
    NpyWriter writer(folder / "x.npy", {10'000}, true);
    writer.append(values.data(), values.size());
    writer.commit();
  } catch (const Error& error) {
    std::_Exit(error.code() == ErrorCode::kDiskFull && fs::is_empty(folder) ? 0 : 1);
  }
  std::_Exit(2);
}

TEST(NpyWriter, AFullDiskLeavesNothing) {
  const test::TemporaryFolder folder;
  EXPECT_EXIT(write_on_a_full_disk(folder.path()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace relprompt::image
