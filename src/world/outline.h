// Shapes without a name: random closed outlines, and the pixels inside them.
#pragma once

#include <vector>

#include "world/draw.h"

namespace relprompt::world {

/// A point in 1 / 256 pixel from the middle of the shape.
struct Corner {
  int x = 0, y = 0;
};
using Outline = std::vector<Corner>;

/// Pixels of row y from `left` to before `right`.
struct Span {
  int y = 0, left = 0, right = 0;
};

/// A blob, an oval, a polygon or a star, all points of it at most `radius` pixels from its middle.
Outline random_outline(int radius, Draw& draw);

/// The outline a little smaller: every corner `pixels_256` / 256 pixels nearer to the middle.
Outline shrunk(const Outline& outline, int pixels_256);

/// The pixels of a size x size image whose middle lies inside the outline around (x, y), top to bottom and
/// left to right. Exact: no pixel is half inside.
std::vector<Span> spans_of(const Outline& outline, int x, int y, int size);

}  // namespace relprompt::world
