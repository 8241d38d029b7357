// The colour of every class, the same in palette PNGs, overlays and legends.
#pragma once

#include <cstdint>

namespace relprompt::image {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend constexpr bool operator==(Color a, Color b) {
    return a.red == b.red && a.green == b.green && a.blue == b.blue;
  }
  friend constexpr bool operator!=(Color a, Color b) { return !(a == b); }
};

/// Number of classes whose colours a person can tell apart pairwise (Lab distance above 11; above 13 within
/// the first 171, above 20 within the first 40).
constexpr int kDistinctColors = 256;

/// Colour of a class; it never depends on the other classes. Unknown (LabelMap::kUnknown) is black, and no
/// class is near black. Beyond kDistinctColors the colours still differ, but may be close to each other.
Color color_of(std::uint16_t label);

}  // namespace relprompt::image
