// Palettes: distinct in Lab, never black, never changing.
#include "image/palette.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "relprompt/image.h"

namespace relprompt::image {
namespace {

struct Lab {
  double l, a, b;
};

double linear(std::uint8_t value) {
  const double unit = value / 255.0;
  return unit <= 0.04045 ? unit / 12.92 : std::pow((unit + 0.055) / 1.055, 2.4);
}

// CIE 1976 from sRGB with white point D65.
Lab lab_of(Color color) {
  const double r = linear(color.red), g = linear(color.green), b = linear(color.blue);
  const auto bend = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  const double x = bend((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const double y = bend(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const double z = bend((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double smallest_distance(int classes) {
  double smallest = 1e9;
  for (int i = 0; i < classes; ++i) {
    for (int j = 0; j < i; ++j) {
      const Lab p = lab_of(color_of(static_cast<std::uint16_t>(i))),
                q = lab_of(color_of(static_cast<std::uint16_t>(j)));
      smallest = std::min(
          smallest, std::sqrt(std::pow(p.l - q.l, 2) + std::pow(p.a - q.a, 2) + std::pow(p.b - q.b, 2)));
    }
  }
  return smallest;
}

TEST(Palette, ClassesAreTellableApart) {
  // 2.3 is the just noticeable difference.
  EXPECT_GT(smallest_distance(20), 20);
  EXPECT_GT(smallest_distance(40), 20);
  EXPECT_GT(smallest_distance(171), 13);
  EXPECT_GT(smallest_distance(256), 11);
}

TEST(Palette, OnlyUnknownIsBlack) {
  EXPECT_EQ(color_of(LabelMap::kUnknown), (Color{0, 0, 0}));
  for (int label = 0; label < LabelMap::kUnknown; ++label) {
    ASSERT_GT(lab_of(color_of(static_cast<std::uint16_t>(label))).l, 25) << label;
  }
}

TEST(Palette, EveryClassOfThousandsHasItsOwnColour) {
  std::set<std::uint32_t> used;
  for (int label = 0; label < LabelMap::kUnknown; ++label) {
    const Color color = color_of(static_cast<std::uint16_t>(label));
    used.insert(color.red << 16 | color.green << 8 | color.blue);
  }
  EXPECT_EQ(used.size(), std::size_t{LabelMap::kUnknown});
}

TEST(Palette, NeverChanges) {
  // People compare overlays of different versions: these are promises.
  EXPECT_EQ(color_of(0), (Color{0xE6, 0x39, 0x4A}));
  EXPECT_EQ(color_of(255), (Color{0xAA, 0xA5, 0x87}));
  EXPECT_EQ(color_of(256), (Color{214, 137, 127}));
}

}  // namespace
}  // namespace relprompt::image
