// How an object looks: its colour, the second colour of its pattern, and the pattern itself.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "relprompt/image.h"

#include "world/draw.h"
#include "world/names.h"
#include "world/outline.h"

namespace relprompt::world {

using Rgb = std::array<std::uint8_t, 3>;

/// The colour that a colour's name stands for; objects differ from it by a little.
Rgb typical_color(int color);

/// Chosen once an object.
class Paint {
 public:
  Paint(int color, Pattern pattern, Draw& draw);

  /// Paints the pattern, lit from (light_x, light_y) (kOne long) and shaded over `radius` pixels around
  /// (x, y).
  void fill(const std::vector<Span>& spans, int x, int y, int radius, int light_x, int light_y,
            Image& image) const;
  /// Paints the rim: the colour, darker.
  void fill_rim(const std::vector<Span>& spans, Image& image) const;

 private:
  bool is_accent(std::uint32_t across, std::uint32_t down) const;

  Pattern pattern_;
  Rgb base_{}, accent_{};
  std::uint32_t step_ = 0;                   ///< of a pixel, in 2^-32 periods of the pattern
  std::uint32_t phase_x_ = 0, phase_y_ = 0;  ///< in 2^-32 periods
};

/// Darkens pixels, a shadow moved by (dx, dy).
void cast_shadow(const std::vector<Span>& spans, int dx, int dy, Image& image);

}  // namespace relprompt::world
