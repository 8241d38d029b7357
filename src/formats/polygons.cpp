#include "formats/polygons.h"

#include <algorithm>
#include <utility>

#include "formats/joined_ring.h"
#include "formats/simplify.h"

namespace relprompt::formats {

Polygons::Polygons(const LabelMap& map, const OutputOptions& options, ClassRange classes)
    : outlines_(trace_outlines(map, classes)), simplify_(options.simplify) {
  group(options.min_polygon);
}

/// Sorts the rings by class and polygon, without those that are too small.
void Polygons::group(std::uint64_t min_polygon) {
  const auto& rings = outlines_.rings;
  std::vector<std::uint64_t> pixels(rings.size());  // [outer ring] of the mask inside it
  std::vector<bool> filled(rings.size());
  for (std::size_t i = 0; i < rings.size(); ++i) {
    filled[i] = rings[i].hole && rings[i].enclosed < min_polygon;
    if (!rings[i].hole) {
      pixels[i] += rings[i].enclosed;
    } else {
      pixels[rings[i].outer] -= rings[i].enclosed;
    }
  }
  std::vector<std::uint32_t> outer, holes;
  for (std::uint32_t i = 0; i < rings.size(); ++i) {
    if (pixels[rings[i].outer] < min_polygon || filled[i]) continue;
    (rings[i].hole ? holes : outer).push_back(i);
  }
  const auto by_label = [&](std::uint32_t a, std::uint32_t b) { return rings[a].label < rings[b].label; };
  std::stable_sort(outer.begin(), outer.end(), by_label);
  std::vector<std::uint32_t> rank(rings.size());
  for (std::uint32_t i = 0; i < outer.size(); ++i) rank[outer[i]] = i;
  std::stable_sort(holes.begin(), holes.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rank[rings[a].outer] < rank[rings[b].outer];
  });
  place_.resize(rings.size());
  auto hole = holes.begin();
  for (const std::uint32_t first : outer) {
    const std::uint16_t label = rings[first].label;
    if (labels_.empty() || labels_.back() != label) {
      labels_.push_back(label);
      class_begin_.push_back(groups_.size());
    }
    const std::size_t begin = order_.size();
    order_.push_back(first);
    for (; hole != holes.end() && rings[*hole].outer == first; ++hole) order_.push_back(*hole);
    groups_.push_back({begin, order_.size()});
    for (std::size_t i = begin; i < order_.size(); ++i)
      place_[order_[i]] = static_cast<std::uint32_t>(i - begin);
  }
  class_begin_.push_back(groups_.size());
  if (min_polygon > 1) join_past_filled(filled);
}

/// What would be joined to a filled hole is joined to what that one would be joined to.
void Polygons::join_past_filled(const std::vector<bool>& filled) {
  auto& rings = outlines_.rings;
  std::vector<std::uint32_t> way;
  for (std::uint32_t i = 0; i < rings.size(); ++i) {
    if (!rings[i].hole) continue;
    way.clear();
    std::uint32_t last = i;
    for (; filled[rings[last].neighbour] && rings[last].neighbour != last; last = rings[last].neighbour)
      way.push_back(last);
    for (const std::uint32_t ring : way) {
      rings[ring].neighbour = rings[last].neighbour;
      rings[ring].neighbour_edge = rings[last].neighbour_edge;
      rings[ring].meeting = rings[last].meeting;
    }
  }
}

Ring Polygons::simplified(const TracedRing& ring) const {
  const Point* points = outlines_.points.data() + ring.first;
  if (simplify_ <= 0) return Ring(points, points + ring.count);
  const auto kept = kept_points(points, ring.count, simplify_);
  Ring result;
  for (std::size_t i = 0; i < ring.count; ++i)
    if (kept[i]) result.push_back(points[i]);
  if (result.size() < 3) result.clear();
  return result;
}

Polygons::Groups Polygons::groups_of(std::uint16_t label) const {
  const auto found = std::lower_bound(labels_.begin(), labels_.end(), label);
  if (found == labels_.end() || *found != label) return {};
  const auto place = static_cast<std::size_t>(found - labels_.begin());
  return {groups_.data() + class_begin_[place], groups_.data() + class_begin_[place + 1]};
}

Polygon Polygons::polygon_of(const Group& group) const {
  Polygon polygon;
  for (std::size_t i = group.begin; i < group.end; ++i) {
    Ring ring = simplified(outlines_.rings[order_[i]]);
    if (ring.empty() && polygon.empty()) break;
    if (!ring.empty()) polygon.push_back(std::move(ring));
  }
  return polygon;
}

Ring Polygons::ring_of(const Group& group) const {
  if (group.end - group.begin == 1) return simplified(outlines_.rings[order_[group.begin]]);
  std::vector<Ring> rings;
  std::vector<Joint> joints;
  for (std::size_t i = group.begin; i < group.end; ++i) {
    const TracedRing& ring = outlines_.rings[order_[i]];
    const Point* points = outlines_.points.data() + ring.first;
    rings.emplace_back(points, points + ring.count);
    if (!ring.hole) continue;
    joints.push_back({place_[ring.neighbour], ring.neighbour_edge,
                      static_cast<std::uint32_t>(i - group.begin), ring.meeting});
  }
  return join_rings(rings, std::move(joints), simplify_);
}

void for_each_class(const LabelMap& map, const OutputOptions& options,
                    const std::function<void(const Polygons&, std::uint16_t)>& f, std::uint64_t stretches) {
  for (const ClassRange classes : class_ranges(map, stretches)) {
    const Polygons polygons(map, options, classes);
    for (const std::uint16_t label : polygons.labels()) f(polygons, label);
  }
}

}  // namespace relprompt::formats
