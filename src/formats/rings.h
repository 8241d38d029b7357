// The outlines of all masks of a label map, along the edges of pixels, in one pass over the map.
//
// A mask's pixels are connected by their sides, not by corners (4-connectivity): pixels that touch at a
// corner alone are in different polygons. A ring visits no point twice; where an outline touches itself at a
// corner, it is divided there. So the rings of a polygon meet at single points only, the parity of rings
// around a pixel (even-odd) says whether it is in the mask, and so does the number of turns around it
// (non-zero).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::formats {

/// A corner of pixels: pixel (x, y) lies between (x, y) and (x + 1, y + 1).
struct Point {
  std::int32_t x = 0, y = 0;

  friend bool operator==(Point a, Point b) { return a.x == b.x && a.y == b.y; }
  friend bool operator!=(Point a, Point b) { return !(a == b); }
};

/// Where the outline turns. The last point is not the first one again.
using Ring = std::vector<Point>;

/// Twice the pixels that a closed line encloses; negative if it runs counterclockwise as seen in the image.
std::int64_t doubled_area(const Point* points, std::size_t count);

struct TracedRing {
  std::size_t first = 0;       ///< index of its first point in Outlines::points
  std::uint32_t count = 0;     ///< points, at least 4
  std::uint16_t label = 0;     ///< of the mask
  bool hole = false;           ///< inside the mask; its points run the other way round
  std::uint64_t enclosed = 0;  ///< pixels that it encloses, those of holes and of other masks too
  std::uint32_t outer = 0;     ///< index of the ring around the same connected pixels; its own if no hole

  // Of a hole: from its first point, the leftmost, a line to the left runs through the mask until it meets
  // another ring of the same polygon.
  std::uint32_t neighbour = 0;       ///< index of that ring
  std::uint32_t neighbour_edge = 0;  ///< it is met after the point of this index and not behind the next one
  Point meeting;
};

struct Outlines {
  std::vector<Point> points;
  std::vector<TracedRing> rings;
};

/// The classes first..last.
struct ClassRange {
  std::uint16_t first = 0, last = LabelMap::kUnknown - 1;

  bool holds(std::uint16_t label) const { return label >= first && label <= last; }
};

/// Outlines of these classes; pixels of LabelMap::kUnknown belong to none. Time grows with the pixels and the
/// length of the outlines, whatever the number of classes is; memory with the length alone, and a bit a
/// pixel.
Outlines trace_outlines(const LabelMap& map, ClassRange classes = {});

/// Ranges, ascending, that together hold every class of the map. Each is of one class, or of classes that
/// have at most `most` stretches of pixels side by side in a row: their outlines take about 130 bytes a
/// stretch.
std::vector<ClassRange> class_ranges(const LabelMap& map, std::uint64_t most);

}  // namespace relprompt::formats
