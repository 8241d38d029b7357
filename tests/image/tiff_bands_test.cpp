// TIFFs of many kinds: which bands are shown, which values are black and white, and what is said about it.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "image_maker.h"
#include "test_support.h"
#include "tiff_maker.h"

namespace relprompt {
namespace {

using test::expected_rgb;
using test::gradient;
using test::Samples;
using test::TiffMake;
using test::write_tiff;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Image decode(const std::string& bytes, const DecodeOptions& options = {}) {
  return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), options, "a.tif");
}

/// The chosen channels of samples with any number of them, upper 8 bits.
std::vector<std::uint8_t> channels(const Samples& samples, const std::vector<std::size_t>& chosen) {
  std::vector<std::uint8_t> rgb;
  const auto step = static_cast<std::size_t>(samples.channels);
  for (std::size_t i = 0; i < samples.values.size(); i += step) {
    for (const std::size_t c : chosen) {
      rgb.push_back(static_cast<std::uint8_t>(samples.values[i + c] >> (samples.bits - 8)));
    }
  }
  return rgb;
}

Samples many_bands(int count, int bits = 8) {
  Samples samples{6, 7, count, bits, {}};
  for (int i = 0; i < 6 * 7 * count; ++i) {
    samples.values.push_back(
        static_cast<std::uint16_t>(i * (bits == 8 ? 37 : 4801) % (bits == 8 ? 256 : 65536)));
  }
  return samples;
}

DecodeOptions bands(std::vector<int> numbers) {
  DecodeOptions options;
  options.bands = std::move(numbers);
  return options;
}

TEST(TiffBands, AFourthBandOfDataIsNotAlpha) {
  for (const int bits : {8, 16}) {
    for (const bool separate : {false, true}) {
      const Samples samples = many_bands(4, bits);
      TiffMake make;
      make.extra = {0};
      make.separate = separate;
      const Image image = decode(write_tiff(samples, make));
      EXPECT_EQ(image.rgb, channels(samples, {0, 1, 2})) << bits;
      EXPECT_THAT(image.notes, ElementsAre(HasSubstr("first 3 of 4 bands")));
    }
  }
}

TEST(TiffBands, DeclaredAlphaIsLaidOverWhite) {
  const Samples samples = gradient(5, 9, 4);
  TiffMake make;
  make.extra = {2};
  EXPECT_EQ(decode(write_tiff(samples, make)).rgb, expected_rgb(samples).rgb);
  EXPECT_THAT(decode(write_tiff(samples, make)).notes, IsEmpty());
  make.separate = true;
  EXPECT_EQ(decode(write_tiff(samples, make)).rgb, expected_rgb(samples).rgb);
  make.extra = {1};
  Samples multiplied{1, 1, 4, 8, {50, 0, 25, 100}};
  EXPECT_THAT(decode(write_tiff(multiplied, make)).rgb, ElementsAre(205, 155, 180));
}

TEST(TiffBands, AlphaBehindOrBeforeAFurtherBand) {
  const Samples samples = many_bands(5);
  TiffMake make;
  make.extra = {0, 2};
  const Image image = decode(write_tiff(samples, make));
  const auto alpha = channels(samples, {4}), red = channels(samples, {0});
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    ASSERT_EQ(image.rgb[3 * i], (red[i] * alpha[i] + 255 * (255 - alpha[i]) + 127) / 255);
  }
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("first 3 of 4 bands")));
}

TEST(TiffBands, AnUndeclaredFourthChannelIsAlphaAndSaid) {
  const Image image = decode(test::encode(".tiff", gradient(5, 9, 4)));
  EXPECT_EQ(image.rgb, expected_rgb(gradient(5, 9, 4)).rgb);
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("taken for alpha")));
  EXPECT_EQ(decode(test::encode(".tiff", gradient(5, 9, 4)), bands({1, 2, 3})).rgb,
            channels(gradient(5, 9, 4), {0, 1, 2}));
}

TEST(TiffBands, ManyBandsOfGreyAreShownByTheFirstThree) {
  const Samples samples = many_bands(7, 16);
  TiffMake make;
  make.photometric = 1;
  make.extra.assign(6, 0);
  make.compression = 8;
  make.tile = 16;
  const Image image = decode(write_tiff(samples, make));
  EXPECT_EQ(image.rgb, channels(samples, {0, 1, 2}));
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("first 3 of 7 bands")));
  const Image two = decode(write_tiff(many_bands(2), [] {
    TiffMake grey;
    grey.extra = {0};
    return grey;
  }()));
  EXPECT_EQ(two.rgb, channels(many_bands(2), {0, 0, 0}));
  EXPECT_THAT(two.notes, ElementsAre(HasSubstr("first of 2 bands")));
}

TEST(TiffBands, NamedBands) {
  const Samples samples = many_bands(4, 16);
  TiffMake make;
  make.extra = {0};
  for (const bool separate : {false, true}) {
    make.separate = separate;
    const std::string file = write_tiff(samples, make);
    EXPECT_EQ(decode(file, bands({4, 3, 2})).rgb, channels(samples, {3, 2, 1}));
    EXPECT_EQ(decode(file, bands({4})).rgb, channels(samples, {3, 3, 3}));
    EXPECT_EQ(decode(file, bands({2, 2, 1})).rgb, channels(samples, {1, 1, 0}));
    EXPECT_THAT(decode(file, bands({4, 3, 2})).notes, ElementsAre(HasSubstr("bands 4, 3, 2 of 4")));
    EXPECT_ERROR(decode(file, bands({5, 3, 2})), ErrorCode::kBadArgument, "a.tif has no band 5");
  }
}

TEST(TiffBands, TwelveBitsInSixteenByWhatTheFileStates) {
  Samples samples{1, 3, 1, 16, {0, 2048, 4095}};
  TiffMake make;
  make.smax = 4095;
  const Image stated = decode(write_tiff(samples, make));
  EXPECT_THAT(stated.rgb, ElementsAre(0, 0, 0, 128, 128, 128, 255, 255, 255));
  EXPECT_THAT(stated.notes, ElementsAre(HasSubstr("values 0 to 4095")));
  make.smin = 2048;
  EXPECT_THAT(decode(write_tiff(samples, make)).rgb, ElementsAre(0, 0, 0, 0, 0, 0, 255, 255, 255));
  make.smin = 0;
  make.smax = 65535;  // says nothing new
  const Image whole = decode(write_tiff(samples, make));
  EXPECT_THAT(whole.rgb, ElementsAre(0, 0, 0, 8, 8, 8, 15, 15, 15));
  EXPECT_THAT(whole.notes, ElementsAre(HasSubstr("--range 0,4095")));
}

TEST(TiffBands, ADarkImageIsSaid) {
  Samples samples{1, 3, 1, 16, {0, 2048, 4001}};
  EXPECT_THAT(decode(write_tiff(samples)).notes, ElementsAre(HasSubstr("no value is above 4001 of 65535")));
  samples.values[0] = 30000;
  EXPECT_THAT(decode(write_tiff(samples)).notes, IsEmpty());
  DecodeOptions options;
  options.range = SampleRange{0, 4095};
  samples.values[0] = 0;
  EXPECT_THAT(decode(write_tiff(samples), options).notes, IsEmpty());
}

TEST(TiffBands, PackedBitsOfEveryDepth) {
  for (const int bits : {1, 2, 4, 12}) {
    Samples samples{3, 5, 3, 16, {}};
    std::vector<std::uint8_t> expected;
    for (int i = 0; i < 45; ++i) {
      const int value = i * 7 % (1 << bits);
      samples.values.push_back(static_cast<std::uint16_t>(value));
      expected.push_back(
          static_cast<std::uint8_t>(bits == 12 ? value >> 4 : value * 255 / ((1 << bits) - 1)));
    }
    TiffMake make;
    make.bits = bits;
    EXPECT_EQ(decode(write_tiff(samples, make)).rgb, expected) << bits;
  }
}

TEST(TiffBands, FurtherPagesAreSaid) {
  TiffMake make;
  make.pages = 3;
  const Image image = decode(write_tiff(gradient(4, 5), make));
  EXPECT_EQ(image.rgb, expected_rgb(gradient(4, 5)).rgb);
  EXPECT_THAT(image.notes, ElementsAre(HasSubstr("first of 3 pages")));
}

TEST(TiffBands, PageChainsThatLeadBackToThemselvesEnd) {
  std::string file = test::make_tiff(gradient(4, 5), {});
  const std::size_t next = 8 + 2 + 12 * 11;
  file.replace(next, 4, test::le32(8));
  EXPECT_EQ(decode(file).width, 5);
}

TEST(TiffBands, SignedAndFloatingPointSamplesNeedARange) {
  Samples samples{1, 2, 1, 16, {0xFFFF, 100}};  // -1 and 100
  test::TiffOptions options;
  options.sample_format = 2;
  const std::string file = test::make_tiff(samples, options);
  EXPECT_ERROR(decode(file), ErrorCode::kNotAnImage, "--range");
  DecodeOptions ranged;
  ranged.range = SampleRange{-1, 101};
  EXPECT_THAT(decode(file, ranged).rgb, ElementsAre(0, 0, 0, 253, 253, 253));
}

}  // namespace
}  // namespace relprompt
