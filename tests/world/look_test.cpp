// What objects look like: a colour stays nearer to its own name than to others, and the patterns are what
// their names say.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "world/paint.h"
#include "world/scene.h"

namespace relprompt::world {
namespace {

using Mean = std::array<double, 3>;

/// Hue as a direction: what is left of a colour when grey is taken away, which is what white and black parts
/// of a pattern and the light do not change.
Mean hue(const Mean& color) {
  const double grey = (color[0] + color[1] + color[2]) / 3;
  Mean rest = {color[0] - grey, color[1] - grey, color[2] - grey};
  const double length = std::sqrt(rest[0] * rest[0] + rest[1] * rest[1] + rest[2] * rest[2]);
  for (double& value : rest) value /= length;
  return rest;
}

int nearest_color(const Mean& mean) {
  const Mean wanted = hue(mean);
  int best = 0;
  double best_product = -2;
  for (int color = 0; color < kColors; ++color) {
    const Rgb typical = typical_color(color);
    const Mean other = hue({double(typical[0]), double(typical[1]), double(typical[2])});
    const double product = wanted[0] * other[0] + wanted[1] * other[1] + wanted[2] * other[2];
    if (product > best_product) best = color, best_product = product;
  }
  return best;
}

TEST(Look, MeanColorOfAnObjectIsNearestToItsOwnName) {
  Options options;
  options.size = 64;
  std::map<int, int> objects;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const Scene scene = make_scene(21, index, options);
    for (const Region& region : scene.objects) {
      Mean sum{};
      for (std::size_t at = 0; at < scene.labels.labels.size(); ++at) {
        if (scene.labels.labels[at] != region.label) continue;
        for (std::size_t c = 0; c < 3; ++c) sum[c] += scene.image.rgb[3 * at + c];
      }
      for (double& value : sum) value /= region.visible;
      EXPECT_EQ(nearest_color(sum), region.label / kPatterns) << title_of(region.label) << " in " << index;
      ++objects[region.label];
    }
  }
  EXPECT_EQ(objects.size(), std::size_t{kObjectClasses});
}

/// A square of one pattern without light.
Image swatch(Pattern pattern, std::uint64_t seed) {
  constexpr int kSide = 64;
  Image image{kSide, kSide, std::vector<std::uint8_t>(3 * kSide * kSide)};
  std::vector<Span> all;
  for (int y = 0; y < kSide; ++y) all.push_back({y, 0, kSide});
  Draw draw(seed);
  Paint(0, pattern, draw).fill(all, kSide / 2, kSide / 2, kSide, 0, 0, image);
  return image;
}

/// Share of pixels that equal the one (dx, dy) away.
double agreement(const Image& image, int dx, int dy) {
  int same = 0, all = 0;
  for (int y = 0; y + dy < image.height; ++y) {
    for (int x = std::max(0, -dx); x < image.width - std::max(0, dx); ++x, ++all) {
      const auto pixel = &image.rgb[3 * static_cast<std::size_t>(y * image.width + x)];
      const auto other = &image.rgb[3 * static_cast<std::size_t>((y + dy) * image.width + x + dx)];
      same += std::equal(pixel, pixel + 3, other) ? 1 : 0;
    }
  }
  return static_cast<double>(same) / all;
}

TEST(Look, StripesRunTheWayTheirNamesSay) {
  struct Stripes {
    Pattern pattern;
    int dx, dy;  // along the stripes
  };
  for (const Stripes& stripes : {Stripes{Pattern::kLevel, 1, 0},
                                 {Pattern::kUpright, 0, 1},
                                 {Pattern::kRising, -1, 1},
                                 {Pattern::kFalling, 1, 1}}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Image image = swatch(stripes.pattern, seed);
      EXPECT_EQ(agreement(image, stripes.dx, stripes.dy), 1.0);
      for (const auto& [dx, dy] : {std::pair{1, 0}, {0, 1}, {-1, 1}, {1, 1}}) {
        if (dx == stripes.dx && dy == stripes.dy) continue;
        EXPECT_LT(agreement(image, dx, dy), 0.9) << dx << dy;
      }
    }
  }
}

/// Share of the pixels that have the object's own colour, which the name is about.
double own_share(const Image& image) {
  std::map<std::array<std::uint8_t, 3>, int> colors;
  for (std::size_t at = 0; at < image.rgb.size(); at += 3)
    ++colors[{image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]}];
  EXPECT_LE(colors.size(), 2u);
  int own = 0;
  for (const auto& [color, pixels] : colors) {
    const Rgb typical = typical_color(0);
    bool near = true;
    for (std::size_t c = 0; c < 3; ++c) near &= std::abs(color[c] - typical[c]) <= 12;
    if (near) own += pixels;
  }
  return own * 3.0 / static_cast<double>(image.rgb.size());
}

TEST(Look, AtLeastNearlyHalfOfAPatternHasItsOwnColor) {
  for (int pattern = 0; pattern < kPatterns; ++pattern) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const double share = own_share(swatch(static_cast<Pattern>(pattern), seed));
      EXPECT_GT(share, 0.45) << pattern;
      if (pattern == 0) {
        EXPECT_EQ(share, 1.0);
      } else {
        EXPECT_LT(share, 0.8) << pattern;
      }
    }
  }
}

TEST(Look, PatternsRepeatWithinSixAndAHalfToEightAndAHalfPixels) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Image image = swatch(Pattern::kUpright, seed);
    int edges = 0;
    for (std::size_t x = 1; x < 64; ++x)
      edges += image.rgb[3 * x] != image.rgb[3 * x - 3] || image.rgb[3 * x + 1] != image.rgb[3 * x - 2];
    EXPECT_GE(edges, 2 * 63 / 8 - 2);  // two edges a period
    EXPECT_LE(edges, 2 * 63 / 6 + 2);
  }
}

}  // namespace
}  // namespace relprompt::world
