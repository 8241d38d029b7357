#include "formats/joined_ring.h"

#include <algorithm>
#include <tuple>

#include "formats/simplify.h"

namespace relprompt::formats {
namespace {

/// Puts the meeting points into the rings. A hole meets an edge that runs upwards.
std::vector<RingWithJoints> with_joints(const std::vector<Ring>& rings, std::vector<Joint> joints) {
  std::sort(joints.begin(), joints.end(), [](const Joint& a, const Joint& b) {
    return std::make_tuple(a.ring, a.edge, -a.meeting.y, a.hole) <
           std::make_tuple(b.ring, b.edge, -b.meeting.y, b.hole);
  });
  std::vector<RingWithJoints> result(rings.size());
  auto next = joints.begin();
  for (std::uint32_t i = 0; i < rings.size(); ++i) {
    auto& ring = result[i];
    for (std::uint32_t edge = 0; edge < rings[i].size(); ++edge) {
      ring.points.push_back(rings[i][edge]);
      ring.hole.push_back(kNoHole);
      for (; next != joints.end() && next->ring == i && next->edge == edge; ++next) {
        ring.points.push_back(next->meeting);
        ring.hole.push_back(next->hole);
      }
    }
  }
  return result;
}

/// Leaves points out, but none at which a hole is joined.
void simplify(RingWithJoints& ring, double tolerance) {
  if (tolerance <= 0) return;
  std::vector<bool> pinned(ring.points.size());
  for (std::size_t i = 0; i < pinned.size(); ++i) pinned[i] = ring.hole[i] != kNoHole;
  const auto kept = kept_points(ring.points.data(), ring.points.size(), tolerance, pinned);
  std::size_t count = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    ring.points[count] = ring.points[i];
    ring.hole[count++] = ring.hole[i];
  }
  ring.points.resize(count);
  ring.hole.resize(count);
}

void append(Ring& ring, Point point) {
  if (ring.empty() || ring.back() != point) ring.push_back(point);
}

}  // namespace

Ring join_rings(const std::vector<Ring>& rings, std::vector<Joint> joints, double tolerance) {
  auto parts = with_joints(rings, std::move(joints));
  for (auto& part : parts) simplify(part, tolerance);
  if (parts[0].points.size() < 3) return {};
  struct Walk {
    std::uint32_t ring;
    std::size_t next;
  };
  Ring result;
  // A stack of our own: holes can hang on holes, thousands deep.
  std::vector<Walk> open = {{0, 0}};
  while (!open.empty()) {
    auto& walk = open.back();
    const auto& part = parts[walk.ring];
    if (walk.next == part.points.size()) {
      if (walk.ring != 0) append(result, part.points[0]);
      open.pop_back();
      // Back at the point from which the hole was joined.
      if (!open.empty()) append(result, parts[open.back().ring].points[open.back().next - 1]);
      continue;
    }
    append(result, part.points[walk.next]);
    const std::uint32_t hole = part.hole[walk.next++];
    const bool is_line = hole != kNoHole && parts[hole].points.size() < 3;
    if (hole != kNoHole && !is_line) open.push_back({hole, 0});
  }
  while (result.size() > 1 && result.back() == result.front()) result.pop_back();
  return result;
}

}  // namespace relprompt::formats
