// Where the objects of a scene lie, so that each can still be recognised behind those in front of it.
#pragma once

#include <cstdint>
#include <vector>

#include "world/draw.h"
#include "world/outline.h"

namespace relprompt::world {

/// A shape with its place.
struct Placed {
  int x = 0, y = 0, radius = 0;  ///< of the middle, pixels
  std::vector<Span> spans;       ///< all its pixels inside the image, also those that others cover
  std::vector<Span> core;        ///< the same without a rim of about one pixel
  int area = 0;                  ///< pixels of `spans`
};

/// Up to `count` shapes in a size x size image, back to front. Of each at least kLeastVisible percent stay
/// uncovered. Fewer if no more find room.
std::vector<Placed> place_objects(int count, int size, Draw& draw);

constexpr int kLeastVisible = 50;

}  // namespace relprompt::world
