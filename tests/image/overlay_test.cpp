// Overlays: blending, borders, legend placement and what it lists.
#include "image/overlay.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "image/draw_text.h"
#include "image/palette.h"
#include "image_maker.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

ClassList classes_named(std::initializer_list<std::string> names) {
  ClassList classes;
  for (const std::string& name : names) classes.names.push_back({name});
  return classes;
}

ClassList many_classes(std::size_t count) {
  ClassList classes;
  for (std::size_t i = 0; i < count; ++i) classes.names.push_back({"class number " + std::to_string(i)});
  return classes;
}

Image grey_image(int height, int width) {
  return {height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * 3), 100)};
}

LabelMap filled(int height, int width, std::uint16_t label) {
  return {height, width, std::vector<std::uint16_t>(static_cast<std::size_t>(height * width), label)};
}

Color at(const Image& image, int y, int x) {
  const auto i = static_cast<std::size_t>((y * image.width + x) * 3);
  return {image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]};
}

bool shows(const Image& image, Color color) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (at(image, y, x) == color) return true;
    }
  }
  return false;
}

OverlayOptions plain() {
  OverlayOptions options;
  options.contours = options.legend = false;
  options.min_side = 1;
  return options;
}

TEST(Overlay, BlendsHalfAndHalf) {
  const Image image = draw_overlay(grey_image(4, 6), filled(4, 6, 1), classes_named({"a", "b"}), plain());
  ASSERT_EQ(image.height, 4);
  ASSERT_EQ(image.width, 6);
  const Color color = color_of(1);
  EXPECT_NEAR(at(image, 2, 3).red, (100 + color.red) / 2.0, 1);
  EXPECT_NEAR(at(image, 2, 3).green, (100 + color.green) / 2.0, 1);
  EXPECT_NEAR(at(image, 2, 3).blue, (100 + color.blue) / 2.0, 1);
}

TEST(Overlay, AlphaZeroIsTheImageAndOneThePalette) {
  OverlayOptions options = plain();
  options.alpha = 0;
  EXPECT_EQ(draw_overlay(grey_image(2, 2), filled(2, 2, 0), many_classes(1), options).rgb,
            grey_image(2, 2).rgb);
  options.alpha = 1;
  EXPECT_EQ(at(draw_overlay(grey_image(2, 2), filled(2, 2, 0), many_classes(1), options), 1, 1), color_of(0));
  options.alpha = 1.5f;
  EXPECT_ERROR(draw_overlay(grey_image(2, 2), filled(2, 2, 0), many_classes(1), options),
               ErrorCode::kBadArgument, "alpha");
}

TEST(Overlay, ContoursRunWhereLabelsMeet) {
  LabelMap map = filled(10, 10, 0);
  for (std::size_t i = 50; i < 100; ++i) map.labels[i] = 1;
  OverlayOptions options = plain();
  const Image without = draw_overlay(grey_image(10, 10), map, many_classes(2), options);
  options.contours = true;
  const Image with = draw_overlay(grey_image(10, 10), map, many_classes(2), options);
  for (int y = 0; y < 10; ++y) EXPECT_EQ(at(with, y, 5) == at(without, y, 5), y != 4) << y;
}

TEST(Overlay, LegendStandsBesideLandscapesAndBelowPortraits) {
  OverlayOptions options;
  options.min_side = 1;
  const auto size = [&](int height, int width) {
    const Image image =
        draw_overlay(grey_image(height, width), filled(height, width, 0), many_classes(3), options);
    return std::pair(image.height, image.width);
  };
  EXPECT_EQ(size(300, 400).first, 300);
  EXPECT_GT(size(300, 400).second, 400);
  EXPECT_EQ(size(400, 300).second, 300);
  EXPECT_GT(size(400, 300).first, 400);
  EXPECT_GT(size(100, 2000).first, 100);  // a panorama has no room beside it
  EXPECT_EQ(size(100, 2000).second, 2000);
}

TEST(Overlay, LegendNeverHidesTheImage) {
  OverlayOptions options = plain();
  const Image bare = draw_overlay(grey_image(200, 300), filled(200, 300, 2), many_classes(40), options);
  options.legend = true;
  const Image full = draw_overlay(grey_image(200, 300), filled(200, 300, 2), many_classes(40), options);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 300; ++x) ASSERT_EQ(at(full, y, x), at(bare, y, x));
  }
}

TEST(Overlay, LegendNamesOnlyTheClassesFound) {
  LabelMap map = filled(300, 400, 5);
  std::fill(map.labels.begin(), map.labels.begin() + 9000, std::uint16_t{2});
  std::fill(map.labels.begin(), map.labels.begin() + 100, LabelMap::kUnknown);
  OverlayOptions options;
  options.alpha = 0;  // class colours can then only come from swatches
  const Image image = draw_overlay(grey_image(300, 400), map, many_classes(20), options);
  EXPECT_TRUE(shows(image, color_of(5)));
  EXPECT_TRUE(shows(image, color_of(2)));
  EXPECT_TRUE(shows(image, Color{0, 0, 0}));
  EXPECT_FALSE(shows(image, color_of(0)));
  EXPECT_FALSE(shows(image, color_of(3)));
  // Largest share first: the swatch of 5 is above that of 2.
  const auto row_of = [&](Color color) {
    for (int y = 0; y < image.height; ++y) {
      for (int x = 400; x < image.width; ++x) {
        if (at(image, y, x) == color) return y;
      }
    }
    return -1;
  };
  EXPECT_LT(row_of(color_of(5)), row_of(color_of(2)));
  EXPECT_LT(row_of(color_of(2)), row_of(Color{0, 0, 0}));
}

TEST(Overlay, HundredsOfClassesStayInBounds) {
  for (const auto& [height, width] :
       {std::pair{300, 400}, {400, 300}, {96, 96}, {1, 1}, {3, 900}, {900, 3}}) {
    LabelMap map = filled(height, width, 0);
    for (std::size_t i = 0; i < map.labels.size(); ++i) map.labels[i] = static_cast<std::uint16_t>(i % 5000);
    const Image image = draw_overlay(grey_image(height, width), map, many_classes(5000));
    EXPECT_EQ(image.rgb.size(),
              static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
    EXPECT_LE(image.height, 2 * 4096);
    EXPECT_LE(image.width, 2 * 4096);
  }
}

TEST(Overlay, NamesOfAnyLengthHaveALegend) {
  ClassList classes = many_classes(40);
  for (auto& one : classes.names) one = {std::string(1'000'000, 'w')};
  LabelMap map = filled(300, 400, 0);
  for (std::size_t i = 0; i < map.labels.size(); ++i) map.labels[i] = static_cast<std::uint16_t>(i / 3000);
  OverlayOptions options;
  options.min_side = 1;
  EXPECT_LT(draw_overlay(grey_image(300, 400), map, classes, options).width, 1200);
}

TEST(Overlay, SmallImagesAreEnlargedByAWholeFactor) {
  OverlayOptions options = plain();
  options.min_side = 320;
  const Image image = draw_overlay(grey_image(96, 100), filled(96, 100, 0), many_classes(1), options);
  EXPECT_EQ(image.height, 384);
  EXPECT_EQ(image.width, 400);
}

TEST(Overlay, RefusesLabelsOfAnotherSizeOrWithoutAName) {
  EXPECT_ERROR(draw_overlay(grey_image(4, 4), filled(4, 5, 0), many_classes(1)), ErrorCode::kBadArgument,
               "4x4");
  EXPECT_ERROR(draw_overlay(grey_image(4, 4), filled(4, 4, 7), many_classes(7)), ErrorCode::kBadArgument,
               "label 7");
}

TEST(Overlay, WritesAJpegEvenOfAVeryLongImage) {
  const test::TemporaryFolder folder;
  write_overlay_jpg(folder / "a.overlay.jpg", grey_image(2, 70000), filled(2, 70000, 0), many_classes(2));
  EXPECT_EQ(read_image(folder / "a.overlay.jpg").width, 65500);
}

/// The letters without fonts, whatever is installed here.
class DrawText : public testing::Test {
 protected:
  void SetUp() override { ::setenv("RELPROMPT_FONTS", "off", 1); }
  void TearDown() override { ::unsetenv("RELPROMPT_FONTS"); }
};

TEST_F(DrawText, ForeignTitlesBecomeAscii) {
  EXPECT_EQ(drawable("traffic sign"), "traffic sign");
  EXPECT_EQ(drawable("Stra\xC3\x9F"
                     "e \xC3\xA9t\xC3\xA9"),
            "Strasse ete");
  EXPECT_EQ(drawable("\xD0\xB4\xD0\xBE\xD0\xBC"), "dom");
  EXPECT_EQ(drawable("\xF0\x9F\x9A\x97 car"), "? car");
  EXPECT_EQ(drawable("bad \xFF utf-8"), "bad ? utf-8");
  EXPECT_EQ(drawable("tab\tline\n"), "tab line ");
}

TEST_F(DrawText, LongTextsAreShortened) {
  EXPECT_EQ(shortened("car", 12, 200), "car");
  const std::string cut = shortened("a very long name of a class that goes on", 12, 120);
  EXPECT_EQ(cut.substr(cut.size() - 2), "..");
  EXPECT_LE(text_width(cut, 12), 120);
}

}  // namespace
}  // namespace relprompt::image
