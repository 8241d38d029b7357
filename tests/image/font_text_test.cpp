// Text in real fonts, where the optional library and some font are here; its shapes are the fonts' own, so
// only what any font has to do is checked.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "image/draw_text.h"
#include "image/font_table.h"
#include "image/region_names.h"

namespace relprompt::image {
namespace {

constexpr Color kBlack{0, 0, 0}, kWhite{255, 255, 255};

Image paper(int height, int width) {
  Image image{height, width, {}};
  image.rgb.assign(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3, 255);
  return image;
}

std::uint64_t ink(const Image& image) {
  return std::accumulate(image.rgb.begin(), image.rgb.end(), std::uint64_t{0},
                         [](std::uint64_t sum, std::uint8_t value) { return sum + (255u - value); });
}

class FontText : public testing::Test {
 protected:
  void SetUp() override {
    if (font_table() == nullptr) GTEST_SKIP() << "no librelprompt-fonts, or no font";
  }

  TextMask mask(const std::string& text, int height) const {
    TextMask result;
    EXPECT_TRUE(font_table()->render(text, height, result));
    return result;
  }
};

TEST_F(FontText, CapitalsAreAsHighAsAsked) {
  for (const int height : {10, 20, 50}) EXPECT_NEAR(mask("H", height).height, height, 1);
}

TEST_F(FontText, LongerTextIsWider) {
  EXPECT_GT(text_width("road surface", 12), text_width("road", 12));
  EXPECT_GT(text_width("road", 24), text_width("road", 12));
  EXPECT_EQ(text_width("", 12), 0);
}

TEST_F(FontText, KeepsOtherScripts) {
  EXPECT_EQ(drawable("Straße, 道路, дорога"), "Straße, 道路, дорога");
  EXPECT_EQ(drawable("a\nb\x01"
                     "c"),
            "a b c");
  EXPECT_EQ(drawable("road\u202Edaor"), "roaddaor") << "marks that turn the text around";
  EXPECT_EQ(drawable("a\xFFz"), "a\uFFFDz");
}

TEST_F(FontText, RightToLeftTextReadsFromTheRight) {
  // A final letter that reaches below the line stands at the left.
  const TextMask one = mask("\u05D0", 40), two = mask("\u05D0\u05E7", 40);
  if (mask("\u05D0", 40).coverage == mask("\uFFFE", 40).coverage) GTEST_SKIP() << "no Hebrew font here";
  ASSERT_GT(two.width, one.width);
  // The first letter's columns are the last ones of the word.
  std::vector<std::uint64_t> columns(static_cast<std::size_t>(two.width));
  for (int y = 0; y < two.height; ++y) {
    for (int x = 0; x < two.width; ++x)
      columns[static_cast<std::size_t>(x)] += two.coverage[static_cast<std::size_t>(y * two.width + x)];
  }
  EXPECT_GT(two.top + two.height, one.top + one.height) << "qof goes below the line";
  bool below_at_left = false;
  for (int y = one.top + one.height - two.top; y < two.height; ++y) {
    for (int x = 0; x < two.width / 2; ++x)
      below_at_left |= two.coverage[static_cast<std::size_t>(y * two.width + x)] > 128;
  }
  EXPECT_TRUE(below_at_left);
}

TEST_F(FontText, UnknownCharactersAreVisible) {
  EXPECT_GT(mask("\uFFFE", 20).width, 0);
}

TEST_F(FontText, ShortenedFitsAndEndsWithAnEllipsis) {
  const std::string text = "ein sehr langer Name mit Umlauten: äöüäöüäöü";
  for (const int width : {60, 100, 200}) {
    const auto cut = shortened(text, 12, width);
    EXPECT_LE(text_width(cut, 12), width);
    EXPECT_EQ(cut.substr(cut.size() - 3), "\u2026");
  }
  EXPECT_EQ(shortened("road", 12, 1000), "road");
}

TEST_F(FontText, IsNeverCutWithinACharacter) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "e\u0301";
  for (int width = 20; width < 300; width += 7) {
    const std::string cut = shortened(text, 12, width);
    EXPECT_EQ((cut.size() - 3) % 3, 0u) << "a letter and its mark are three bytes";
    EXPECT_LE(text_width(cut, 12), width);
  }
}

TEST_F(FontText, IsAsLongAsItCanBe) {
  const std::string text(5000, 'w');
  for (const int width : {60, 500, 3000}) {
    const std::string cut = shortened(text, 12, width);
    EXPECT_LE(text_width(cut, 12), width);
    EXPECT_GT(text_width("w" + cut, 12), width);
  }
  EXPECT_EQ(shortened(text.substr(0, 300), 12, 100000), text.substr(0, 300));
}

TEST_F(FontText, OfAHugeTextALineIsDrawable) {
  const std::string line = drawable(std::string(5'000'000, 'w'));
  EXPECT_LT(line.size(), 3000u);
  EXPECT_EQ(line.substr(line.size() - 3), "\u2026");
  EXPECT_LT(mask(std::string(5'000'000, 'w'), 4000).width, 30000);
}

TEST_F(FontText, BoxesAreThoseOfTheMasks) {
  for (const char* text : {"road", "Ågj(|)", "дорога", ".", "fi ffi", "\u05D0\u05E7 x", ""}) {
    for (const int height : {9, 12, 40}) {
      const TextBox box = text_box(text, height);
      const TextMask drawn = mask(text, height);
      EXPECT_EQ(box.advance, drawn.advance) << text;
      EXPECT_NEAR(box.left, drawn.left, 1) << text;
      EXPECT_NEAR(box.top, drawn.top, 1) << text;
      EXPECT_NEAR(box.left + box.width, drawn.left + drawn.width, 1) << text;
      EXPECT_NEAR(box.top + box.height, drawn.top + drawn.height, 1) << text;
    }
  }
}

TEST_F(FontText, IsCutOffAtTheSides) {
  Image image = paper(20, 30);
  for (const int x : {-15, 0, 25, 1000, -1000}) {
    for (const int y : {-5, 0, 10, 25, 1000}) draw_text(image, x, y, "Wxyz", 18, kBlack);
  }
  EXPECT_GT(ink(image), 0u);
}

TEST_F(FontText, RimSurroundsTheLetters) {
  Image plain = paper(60, 200), rimmed = paper(60, 200);
  draw_text(plain, 10, 40, "Hello", 20, kWhite);
  draw_rimmed_text(rimmed, 10, 40, "Hello", 20, kWhite, kBlack);
  EXPECT_EQ(ink(plain), 0u);
  EXPECT_GT(ink(rimmed), 10000u);
}

TEST(RegionNames, GoIntoRegionsThatHaveRoom) {
  Image image = paper(200, 300);
  LabelMap map{200, 300, std::vector<std::uint16_t>(200 * 300, 0)};
  ClassList classes;
  classes.names = {{"meadow"}, {"ant"}};
  map.labels[5] = 1;  // a single pixel
  Image named = image;
  write_region_names(named, map, classes);
  EXPECT_GT(ink(named), 0u);
  // All of it lies around the middle.
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 300; ++x) {
      if (y > 70 && y < 130) continue;
      EXPECT_EQ(named.rgb[static_cast<std::size_t>(y * 300 + x) * 3], 255) << x << " " << y;
    }
  }
  LabelMap none{200, 300, std::vector<std::uint16_t>(200 * 300, LabelMap::kUnknown)};
  Image untouched = image;
  write_region_names(untouched, none, classes);
  EXPECT_EQ(ink(untouched), 0u);
}

}  // namespace
}  // namespace relprompt::image
