// Label codes: every stored value of every encoding, against its meaning written out.
#include "data/label_code.h"

#include <numeric>

#include <gtest/gtest.h>

#include "data/dataset.h"

namespace relprompt::data {
namespace {

/// Meaning of all 65536 values in one map; strangers are kIgnore too, and counted.
struct Translated {
  std::vector<std::uint16_t> labels;
  LabelCode::Strangers strangers;
};

Translated translate_all(const LabelCode& code, int bits) {
  image::StoredLabels stored;
  stored.bits = bits;
  stored.map.height = 1 << (bits / 2);
  stored.map.width = 1 << (bits / 2);
  stored.map.labels.resize(std::size_t{1} << bits);
  std::iota(stored.map.labels.begin(), stored.map.labels.end(), std::uint16_t{0});
  Translated result;
  result.strangers = code.translate(stored);
  result.labels = stored.map.labels;
  return result;
}

TEST(LabelCode, AsStored) {
  const Translated all = translate_all(LabelCode::as_stored(21), 8);
  for (std::uint16_t value = 0; value < 256; ++value)
    EXPECT_EQ(all.labels[value], value < 21 ? value : kIgnore);
  EXPECT_EQ(all.strangers.pixels, 256u - 21 - 1);
  EXPECT_EQ(all.strangers.first_value, 21);
  EXPECT_EQ(all.strangers.row, 1);
  EXPECT_EQ(all.strangers.column, 5);
}

TEST(LabelCode, LessOne) {
  const Translated all = translate_all(LabelCode::less_one(150), 8);
  EXPECT_EQ(all.labels[0], kIgnore);
  EXPECT_EQ(all.labels[1], 0);
  EXPECT_EQ(all.labels[150], 149);
  EXPECT_EQ(all.labels[255], kIgnore);
  EXPECT_EQ(all.strangers.first_value, 151);
  EXPECT_EQ(all.strangers.pixels, 104u);  // 151 to 254
}

TEST(LabelCode, LessOneCanKeepTheBackgroundApart) {
  const Translated all = translate_all(LabelCode::less_one(20, true), 8);
  EXPECT_EQ(all.labels[0], kBackground);
  EXPECT_EQ(all.labels[1], 0);
  EXPECT_EQ(all.labels[255], kIgnore);
  EXPECT_EQ(translate_all(LabelCode::less_one(20, false), 8).labels[0], kIgnore);
}

TEST(LabelCode, WideKeeps255AsAClass) {
  const Translated all = translate_all(LabelCode::wide(459, {459, 65535}), 16);
  EXPECT_EQ(all.labels[255], 255);
  EXPECT_EQ(all.labels[458], 458);
  EXPECT_EQ(all.labels[459], kIgnore);
  EXPECT_EQ(all.labels[65535], kIgnore);
  EXPECT_EQ(all.strangers.first_value, 460);
  EXPECT_EQ(all.strangers.pixels, 65535u - 460);
}

TEST(LabelCode, ByDepthIgnoresTheLargestValueOfTheFile) {
  const LabelCode code = LabelCode::by_depth(300);
  EXPECT_EQ(translate_all(code, 8).labels[255], kIgnore);
  EXPECT_EQ(translate_all(code, 8).strangers.pixels, 0u);
  EXPECT_EQ(translate_all(code, 16).labels[255], 255);
  EXPECT_EQ(translate_all(code, 16).labels[65535], kIgnore);
  EXPECT_EQ(translate_all(code, 16).strangers.first_value, 300);
  EXPECT_EQ(translate_all(LabelCode::by_depth(11), 16).strangers.first_value, 11)
      << "255 of 16 bits is no class";
  EXPECT_EQ(translate_all(LabelCode::by_depth(65535), 16).strangers.pixels, 0u);
}

TEST(LabelCode, Listed) {
  const Translated all = translate_all(LabelCode::listed({3, 5, 9}), 8);
  EXPECT_EQ(all.labels[3], 0);
  EXPECT_EQ(all.labels[5], 1);
  EXPECT_EQ(all.labels[9], 2);
  EXPECT_EQ(all.labels[255], kIgnore);
  EXPECT_EQ(all.strangers.pixels, 252u);
  EXPECT_EQ(all.strangers.first_value, 0);
}

TEST(LabelCode, NamesTheIgnoredValues) {
  EXPECT_EQ(LabelCode::as_stored(21).ignored(), "255");
  EXPECT_EQ(LabelCode::less_one(150).ignored(), "0 or 255");
  EXPECT_EQ(LabelCode::wide(459, {65535, 459}).ignored(), "65535 or 459");
  EXPECT_EQ(LabelCode::by_depth(11).ignored(), "255 (of 16 bits 65535)");
  EXPECT_EQ(LabelCode::by_depth(11).legal(), "0 to 10, or 255 (of 16 bits 65535) for ignored");
  EXPECT_EQ(LabelCode::listed({3, 5, 9}).ignored(), "255");
}

}  // namespace
}  // namespace relprompt::data
