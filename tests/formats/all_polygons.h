// All polygons of a class at once, for tests; the formats take one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/polygons.h"

namespace relprompt::formats {

inline std::vector<Polygon> with_holes(const Polygons& polygons, std::uint16_t label) {
  std::vector<Polygon> all;
  polygons.with_holes(label, [&](const Polygon& polygon) { all.push_back(polygon); });
  return all;
}

inline std::vector<Ring> joined(const Polygons& polygons, std::uint16_t label) {
  std::vector<Ring> all;
  polygons.joined(label, [&](const Ring& ring) { all.push_back(ring); });
  return all;
}

}  // namespace relprompt::formats
