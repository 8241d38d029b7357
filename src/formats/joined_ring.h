// An outer ring and its holes as one ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/rings.h"

namespace relprompt::formats {

/// A ring with the places at which holes are joined to it.
struct RingWithJoints {
  std::vector<Point> points;
  std::vector<std::uint32_t> hole;  ///< [point] number of the ring that is joined here, or kNoHole
};

constexpr std::uint32_t kNoHole = 0xFFFFFFFF;

/// A hole's place: the number of the ring that it is joined to, the point of that ring after which the
/// meeting point lies, and the meeting point.
struct Joint {
  std::uint32_t ring = 0, edge = 0, hole = 0;
  Point meeting;
};

/// Rings 0 (the outer one) to rings.size() - 1, joined at the joints of all others, simplified by
/// `tolerance` pixels. Empty if nothing but a line is left.
Ring join_rings(const std::vector<Ring>& rings, std::vector<Joint> joints, double tolerance);

}  // namespace relprompt::formats
