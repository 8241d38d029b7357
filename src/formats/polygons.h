// The masks of a label map as polygons, class by class, for every format that holds polygons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  /// Traces the map. Options: simplify and min_polygon.
  Polygons(const LabelMap& map, const OutputOptions& options, ClassRange classes = {});

  /// The classes, ascending, of which min_polygon leaves something.
  const std::vector<std::uint16_t>& labels() const { return labels_; }

  /// f(polygon) for those of a class, from the top of the image down. None is left if all became lines.
  template <typename F>
  void with_holes(std::uint16_t label, F f) const {
    for (const Group& group : groups_of(label))
      if (const Polygon polygon = polygon_of(group); !polygon.empty()) f(polygon);
  }

  /// The same for formats that know no holes: each polygon is one ring. A hole is joined to the ring on its
  /// left by a line that is gone along twice, once in each direction, so that it encloses nothing: even-odd
  /// and non-zero filling both leave the hole out.
  template <typename F>
  void joined(std::uint16_t label, F f) const {
    for (const Group& group : groups_of(label))
      if (const Ring ring = ring_of(group); !ring.empty()) f(ring);
  }

 private:
  /// The rings of one polygon: a stretch of order_, the outer one first.
  struct Group {
    std::size_t begin = 0, end = 0;
  };
  /// The polygons of a class, to be gone through by begin() and end().
  struct Groups {
    const Group *first = nullptr, *last = nullptr;
    const Group* begin() const { return first; }
    const Group* end() const { return last; }
  };
  Groups groups_of(std::uint16_t label) const;
  void group(std::uint64_t min_polygon);
  void join_past_filled(const std::vector<bool>& filled);
  Ring simplified(const TracedRing& ring) const;
  Polygon polygon_of(const Group& group) const;
  Ring ring_of(const Group& group) const;

  Outlines outlines_;
  double simplify_;
  std::vector<std::uint32_t> order_;  ///< indices of the rings that are used
  std::vector<std::uint32_t> place_;  ///< [ring] in order_
  std::vector<Group> groups_;         ///< by class
  std::vector<std::uint16_t> labels_;
  std::vector<std::size_t> class_begin_;  ///< [label], and one more: index of its first group
};

/// f(polygons, label) for every class of which min_polygon leaves something, ascending. A few classes are
/// traced at a time, so that memory holds the outlines of at most `stretches` (class_ranges) or of one class.
void for_each_class(const LabelMap& map, const OutputOptions& options,
                    const std::function<void(const Polygons&, std::uint16_t)>& f,
                    std::uint64_t stretches = std::uint64_t{1} << 20);

}  // namespace relprompt::formats
