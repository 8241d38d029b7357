#include "world/ground.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "world/circle.h"
#include "world/lattice_noise.h"

namespace relprompt::world {
namespace {

using Tone = std::array<int, 3>;  ///< RGB

std::uint8_t channel(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/// Between two tones; weight 0 to 255.
Tone mixed(const Tone& from, const Tone& to, int weight) {
  Tone tone{};
  for (std::size_t c = 0; c < 3; ++c) tone[c] = from[c] + ((to[c] - from[c]) * weight >> 8);
  return tone;
}

/// Calls tone_of(x, y) for all pixels of the label, row by row, after row(y).
template <class Row, class ToneOf>
void paint(std::uint16_t label, const LabelMap& labels, Image& image, Row row, ToneOf tone_of) {
  for (int y = 0; y < labels.height; ++y) {
    row(y);
    const std::size_t start = static_cast<std::size_t>(y) * static_cast<std::size_t>(labels.width);
    for (int x = 0; x < labels.width; ++x) {
      const std::size_t at = start + static_cast<std::size_t>(x);
      if (labels.labels[at] != label) continue;
      const Tone tone = tone_of(static_cast<std::size_t>(x), y);
      for (std::size_t c = 0; c < 3; ++c) image.rgb[3 * at + c] = channel(tone[c]);
    }
  }
}

/// Wind ripples under single grains.
void paint_sand(std::uint16_t label, const LabelMap& labels, Image& image, Draw& draw) {
  LatticeNoise ripples(labels.width, 22, 6, draw), clumps(labels.width, 3, 3, draw),
      grains(labels.width, 1, 1, draw);
  const std::vector<std::uint8_t>*ripple = nullptr, *clump = nullptr, *grain = nullptr;
  paint(
      label, labels, image,
      [&](int y) { ripple = &ripples.row(y), clump = &clumps.row(y), grain = &grains.row(y); },
      [&](std::size_t x, int) {
        const int light = ((*ripple)[x] * 5 + (*clump)[x] * 4 + (*grain)[x] * 7) >> 4;
        return mixed({176, 148, 104}, {240, 220, 178}, light);
      });
}

/// Upright blades, thick and thin places.
void paint_grass(std::uint16_t label, const LabelMap& labels, Image& image, Draw& draw) {
  LatticeNoise blades(labels.width, 2, 7, draw), thin(labels.width, 1, 4, draw),
      tufts(labels.width, 17, 17, draw);
  const std::vector<std::uint8_t>*blade = nullptr, *edge = nullptr, *tuft = nullptr;
  paint(
      label, labels, image, [&](int y) { blade = &blades.row(y), edge = &thin.row(y), tuft = &tufts.row(y); },
      [&](std::size_t x, int) {
        const int light = ((*blade)[x] * 9 + (*edge)[x] * 7) >> 4;
        const Tone tip = mixed({104, 138, 58}, {150, 158, 70}, (*tuft)[x]);
        return mixed({26, 56, 20}, tip, light);
      });
}

/// Courses of bricks with mortar between them, every brick of its own tone.
void paint_brick(std::uint16_t label, const LabelMap& labels, Image& image, Draw& draw) {
  constexpr int kHigh = 8, kWide = 17;
  const int shift_x = draw.below(kWide), shift_y = draw.below(kHigh);
  const std::uint64_t wall = draw.bits();
  LatticeNoise grains(labels.width, 1, 1, draw);
  const std::vector<std::uint8_t>* grain = nullptr;
  std::vector<Tone> bricks(static_cast<std::size_t>(labels.width / kWide) + 3);
  int course = -1, below_mortar = 0, offset = 0;
  const auto row = [&](int y) {
    grain = &grains.row(y);
    below_mortar = (y + shift_y) % kHigh;
    if ((y + shift_y) / kHigh == course) return;
    course = (y + shift_y) / kHigh;
    offset = shift_x + (course % 2 == 0 ? 0 : kWide / 2);
    Draw tones = Draw::of(wall, static_cast<std::uint64_t>(course));
    for (Tone& tone : bricks) tone = mixed({112, 60, 48}, {164, 92, 72}, tones.below(256));
  };
  paint(label, labels, image, row, [&](std::size_t x, int) {
    const int along = static_cast<int>(x) + offset;
    const int rough = ((*grain)[x] - 128) >> 3;
    const bool mortar = below_mortar == 0 || along % kWide == 0;
    Tone tone = mortar ? Tone{178, 168, 156} : bricks[static_cast<std::size_t>(along / kWide)];
    if (!mortar && below_mortar == kHigh - 1) tone = mixed(tone, {60, 30, 26}, 90);
    for (int& value : tone) value += rough;
    return tone;
  });
}

/// Long flat waves with glints on their crests.
void paint_water(std::uint16_t label, const LabelMap& labels, Image& image, Draw& draw) {
  LatticeNoise waves(labels.width, 13, 4, draw), ripples(labels.width, 6, 2, draw),
      depths(labels.width, 31, 31, draw);
  const std::vector<std::uint8_t>*wave = nullptr, *ripple = nullptr, *depth = nullptr;
  paint(
      label, labels, image,
      [&](int y) { wave = &waves.row(y), ripple = &ripples.row(y), depth = &depths.row(y); },
      [&](std::size_t x, int) {
        const int height = ((*wave)[x] + (*ripple)[x]) >> 1;
        const Tone deep = mixed({44, 78, 104}, {58, 100, 118}, (*depth)[x]);
        const Tone tone = mixed(deep, {122, 158, 172}, height);
        return height < 186 ? tone : mixed(tone, {232, 242, 244}, std::min(255, (height - 186) * 6));
      });
}

}  // namespace

void paint_ground(Ground ground, const LabelMap& labels, Image& image, Draw& draw) {
  const std::uint16_t label = ground_label(ground);
  switch (ground) {
    case Ground::kSand:
      return paint_sand(label, labels, image, draw);
    case Ground::kGrass:
      return paint_grass(label, labels, image, draw);
    case Ground::kBrick:
      return paint_brick(label, labels, image, draw);
    case Ground::kWater:
      return paint_water(label, labels, image, draw);
  }
}

void lay_grounds(std::uint16_t first, std::uint16_t second, bool two, LabelMap& labels, Draw& draw) {
  const int size = labels.width;
  std::fill(labels.labels.begin(), labels.labels.end(), first);
  if (!two) return;
  // A line through the middle part, at any angle, that swerves by up to a twelfth of the side.
  const int angle = draw.below(kTurn), across = cosine(angle), down = sine(angle);
  const int x0 = size * draw.between(40, 60) / 100, y0 = size * draw.between(40, 60) / 100;
  LatticeNoise swerve(size, std::max(4, size / 5), std::max(4, size / 5), draw);
  for (int y = 0; y < size; ++y) {
    const std::vector<std::uint8_t>& bend = swerve.row(y);
    std::uint16_t* label = &labels.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size)];
    for (int x = 0; x < size; ++x) {
      const int distance =
          (((x - x0) * across + (y - y0) * down) >> 6) + (bend[static_cast<std::size_t>(x)] - 128) * size / 6;
      if (distance > 0) label[x] = second;
    }
  }
}

}  // namespace relprompt::world
