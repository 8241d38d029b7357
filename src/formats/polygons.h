// The masks of a label map as polygons, class by class, for every format that holds polygons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "relprompt/image.h"
#include "relprompt/options.h"

#include "formats/rings.h"

namespace relprompt::formats {

/// Pixels of a class that are connected by their sides. Outer ring first, then its holes; the points of the
/// outer ring run clockwise as seen in the image, those of holes the other way round.
using Polygon = std::vector<Ring>;

class Polygons {
 public:
  /// Traces the whole map. Options: simplify and min_polygon.
  Polygons(const LabelMap& map, const OutputOptions& options);

  /// The classes, ascending, of which min_polygon leaves something.
  const std::vector<std::uint16_t>& labels() const { return labels_; }

  /// The polygons of a class, from the top of the image down. None is left if all became lines.
  std::vector<Polygon> with_holes(std::uint16_t label) const;

  /// The same for formats that know no holes: each polygon is one ring. A hole is joined to the ring on its
  /// left by a line that is gone along twice, once in each direction, so that it encloses nothing: even-odd
  /// and non-zero filling both leave the hole out.
  std::vector<Ring> joined(std::uint16_t label) const;

 private:
  /// The rings of one polygon: a stretch of order_, the outer one first.
  struct Group {
    std::size_t begin = 0, end = 0;
  };
  void group(std::uint64_t min_polygon);
  void join_past_filled(const std::vector<bool>& filled);
  Ring simplified(const TracedRing& ring) const;
  Ring joined(const Group& group) const;

  Outlines outlines_;
  double simplify_;
  std::vector<std::uint32_t> order_;  ///< indices of the rings that are used
  std::vector<std::uint32_t> place_;  ///< [ring] in order_
  std::vector<Group> groups_;         ///< by class
  std::vector<std::uint16_t> labels_;
  std::vector<std::size_t> class_begin_;  ///< [label], and one more: index of its first group
};

}  // namespace relprompt::formats
