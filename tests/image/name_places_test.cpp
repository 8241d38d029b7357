// Names in regions: on made maps, each lies on pixels of its class alone.
#include "image/name_places.h"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "image/draw_text.h"
#include "image/region_names.h"

namespace relprompt::image {
namespace {

using Painter = std::function<int(int y, int x)>;

LabelMap painted(int height, int width, const Painter& label) {
  LabelMap map{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) map.labels.push_back(static_cast<std::uint16_t>(label(y, x)));
  }
  return map;
}

struct MadeMap {
  std::string name;
  LabelMap map;
  int least_names = 0;  ///< that have to be there
};

std::vector<MadeMap> made_maps() {
  const auto distance = [](int y, int x) { return std::hypot(y - 200, x - 300); };
  return {
      {"one class", painted(400, 600, [](int, int) { return 0; }), 1},
      {"wide stripes", painted(400, 600, [](int y, int) { return y / 40 % 10; }), 10},
      {"narrow stripes", painted(400, 600, [](int y, int) { return y / 8 % 20; }), 0},
      {"high stripes", painted(400, 600, [](int, int x) { return x / 60 % 10; }), 1},
      {"slanted stripes", painted(400, 600, [](int y, int x) { return (x + 2 * y) / 200 % 7; }), 5},
      {"rings", painted(400, 600, [&](int y, int x) { return static_cast<int>(distance(y, x)) / 50; }), 5},
      {"checkerboard", painted(400, 600, [](int y, int x) { return (y / 50 + x / 100) % 2; }), 1},
      {"tiles", painted(400, 600, [](int y, int x) { return y / 40 * 4 + x / 150; }), 20},
      {"thin L shapes", painted(400, 600, [](int y, int x) { return std::min(400 - 1 - y, x) / 25 % 16; }),
       5},
      {"dots", painted(400, 600, [](int y, int x) { return y % 30 == 0 && x % 50 == 0 ? 1 : 0; }), 0},
      {"large", painted(1100, 1500, [](int y, int x) { return y / 97 % 4 + x / 301 % 3 * 4; }), 8},
  };
}

/// Short, long, high, with marks.
ClassList names() {
  const std::vector<std::string> texts = {"sky",    "a class with quite a long name of many words",
                                          "Ågj(|)", "I",
                                          "дорога", "wall, fence",
                                          "x",      std::string(5000, 'w')};
  ClassList classes;
  for (int i = 0; i < 60; ++i) classes.names.push_back({texts[static_cast<std::size_t>(i) % texts.size()]});
  return classes;
}

/// Writes the name of one class alone: only pixels of it may change. Adds them to `together`.
void expect_inside(const MadeMap& made, std::uint16_t label, const ClassList& all, Image& together,
                   int& written) {
  ClassList one = all;
  for (std::size_t i = 0; i < one.names.size(); ++i) {
    if (i != label) one.names[i] = {""};
  }
  Image image{made.map.height, made.map.width, std::vector<std::uint8_t>(made.map.labels.size() * 3, 77)};
  write_region_names(image, made.map, one);
  std::size_t changed = 0, outside = 0;
  for (std::size_t i = 0; i < made.map.labels.size(); ++i) {
    bool differs = false;
    for (std::size_t c = 3 * i; c < 3 * i + 3; ++c) {
      if (image.rgb[c] == 77) continue;
      differs = true;
      together.rgb[c] = image.rgb[c];
    }
    changed += differs ? 1 : 0;
    outside += differs && made.map.labels[i] != label ? 1 : 0;
  }
  EXPECT_EQ(outside, 0u) << made.name << ", class " << label;
  written += changed > 0 ? 1 : 0;
}

void expect_names_inside() {
  const ClassList classes = names();
  for (const MadeMap& made : made_maps()) {
    Image together{made.map.height, made.map.width,
                   std::vector<std::uint8_t>(made.map.labels.size() * 3, 77)};
    Image all = together;
    int written = 0;
    for (std::uint16_t label = 0; label < 60; ++label) {
      if (std::find(made.map.labels.begin(), made.map.labels.end(), label) != made.map.labels.end())
        expect_inside(made, label, classes, together, written);
    }
    EXPECT_GE(written, made.least_names) << made.name;
    // No name changes another: together they are what each is alone.
    write_region_names(all, made.map, classes);
    EXPECT_TRUE(all.rgb == together.rgb) << made.name;
  }
}

TEST(RegionNames, LieInTheirRegionsAndNeverOverlap) {
  expect_names_inside();
}

TEST(RegionNames, LieInTheirRegionsWithoutFontsToo) {
  ::setenv("RELPROMPT_FONTS", "off", 1);
  expect_names_inside();
  ::unsetenv("RELPROMPT_FONTS");
}

/// Every pixel of the place has the label.
void expect_pure(const LabelMap& map, std::uint16_t label, const cv::Rect& place) {
  for (int y = place.y; y < place.y + place.height; ++y) {
    for (int x = place.x; x < place.x + place.width; ++x)
      ASSERT_EQ(map.labels[static_cast<std::size_t>(y * map.width + x)], label) << y << " " << x;
  }
}

TEST(NamePlaces, AreTheWidestOnesOfTheirShape) {
  // A cross: its bars are places for a wide name and for a high one.
  const LabelMap map =
      painted(100, 100, [](int y, int x) { return (y >= 40 && y < 60) || (x >= 40 && x < 60) ? 1 : 0; });
  const auto wide = name_places(map, 9, [](std::uint16_t) { return NameShape{1, 4}; });
  EXPECT_EQ(wide.at(1), cv::Rect(0, 40, 100, 20));
  const auto high = name_places(map, 9, [](std::uint16_t) { return NameShape{4, 1}; });
  EXPECT_EQ(high.at(1), cv::Rect(40, 0, 20, 100));
  EXPECT_EQ(high.at(0).size(), cv::Size(40, 40)) << "a corner";
}

TEST(NamePlaces, AreOfOneClassOnMapsOfAnySize) {
  std::mt19937 random(3);
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 3000}, {90, 5000}, {1025, 40}, {700, 900}}) {
    LabelMap map = painted(height, width, [](int y, int x) { return y / 60 % 3 + x / 170 % 4 * 3; });
    for (int i = 0; i < 40; ++i) map.labels[random() % map.labels.size()] = LabelMap::kUnknown;
    for (const auto& [label, place] : name_places(map, 9, [](std::uint16_t) { return NameShape{1.5, 3}; })) {
      EXPECT_GE(place.width, 27);
      EXPECT_GE(place.height, 13);
      expect_pure(map, label, place);
    }
  }
}

TEST(NamePlaces, OfNoiseAreNotEvenMeasured) {
  std::mt19937 random(5);
  const LabelMap map = painted(512, 512, [&](int, int) { return static_cast<int>(random() % 1000); });
  int asked = 0;
  EXPECT_TRUE(name_places(map, 9, [&](std::uint16_t) { return ++asked, NameShape{1, 1}; }).empty());
  EXPECT_EQ(asked, 0);
  const LabelMap none = painted(512, 512, [](int, int) { return int{LabelMap::kUnknown}; });
  EXPECT_TRUE(name_places(none, 9, [](std::uint16_t) { return NameShape{1, 1}; }).empty());
}

}  // namespace
}  // namespace relprompt::image
