#include "world/outline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "world/circle.h"

namespace relprompt::world {
namespace {

/// The point at an angle (of kTurn) and a distance in 1 / 256 pixel.
Corner polar(int angle, int distance) {
  return {static_cast<int>(std::int64_t{distance} * cosine(angle) / kOne),
          static_cast<int>(std::int64_t{distance} * sine(angle) / kOne)};
}

constexpr int kBlobCorners = 48;

Outline blob(int radius, Draw& draw) {
  const int two = draw.below(kTurn), three = draw.below(kTurn), five = draw.below(kTurn);
  const int by_two = draw.between(5, 22), by_three = draw.between(4, 16), by_five = draw.between(0, 9);  // %
  const int largest = 100 + by_two + by_three + by_five;
  Outline outline;
  for (int at = 0; at < kBlobCorners; ++at) {
    const int angle = at * kTurn / kBlobCorners;
    const int swell = by_two * sine(2 * angle + two) + by_three * sine(3 * angle + three) +
                      by_five * sine(5 * angle + five);
    outline.push_back(polar(angle, radius * 256 * (100 + swell / kOne) / largest));
  }
  return outline;
}

Outline oval(int radius, Draw& draw) {
  const int turn = draw.below(kTurn), flat = draw.between(55, 95);
  Outline outline;
  for (int at = 0; at < kBlobCorners; ++at) {
    const Corner round = polar(at * kTurn / kBlobCorners, radius * 256);
    const std::int64_t x = round.x, y = round.y * flat / 100;
    outline.push_back({static_cast<int>((x * cosine(turn) - y * sine(turn)) / kOne),
                       static_cast<int>((x * sine(turn) + y * cosine(turn)) / kOne)});
  }
  return outline;
}

Outline polygon(int radius, Draw& draw) {
  const int corners = draw.between(4, 7), turn = draw.below(kTurn);
  Outline outline;
  for (int at = 0; at < corners; ++at) {
    const int sway = draw.between(-kTurn / 5, kTurn / 5) / corners;
    outline.push_back(polar(turn + at * kTurn / corners + sway, radius * 256 * draw.between(78, 100) / 100));
  }
  return outline;
}

Outline star(int radius, Draw& draw) {
  const int tips = draw.between(4, 6), turn = draw.below(kTurn), waist = draw.between(58, 72);
  Outline outline;
  for (int at = 0; at < 2 * tips; ++at) {
    const int percent = at % 2 == 0 ? draw.between(88, 100) : waist;
    outline.push_back(polar(turn + at * kTurn / (2 * tips), radius * 256 * percent / 100));
  }
  return outline;
}

/// Rounds up, also below 0.
int pixels_up(int distance_256) {
  return (distance_256 + 255) >> 8;
}

}  // namespace

Outline random_outline(int radius, Draw& draw) {
  switch (draw.below(4)) {
    case 0:
      return oval(radius, draw);
    case 1:
      return polygon(radius, draw);
    case 2:
      return star(radius, draw);
    default:
      return blob(radius, draw);
  }
}

Outline shrunk(const Outline& outline, int pixels_256) {
  Outline smaller = outline;
  for (Corner& corner : smaller) {
    // The larger side plus 3/8 of the smaller one is the distance, 7 % off at most: enough for a rim.
    const int far = std::max(std::abs(corner.x), std::abs(corner.y));
    const int distance = std::max(1, far + std::min(std::abs(corner.x), std::abs(corner.y)) * 3 / 8);
    const int rest = std::max(0, distance - pixels_256);
    corner = {corner.x * rest / distance, corner.y * rest / distance};
  }
  return smaller;
}

std::vector<Span> spans_of(const Outline& outline, int x, int y, int size) {
  int top = 0, bottom = 0;
  for (const Corner& corner : outline) {
    top = std::min(top, corner.y);
    bottom = std::max(bottom, corner.y);
  }
  const int first = std::max(0, y + (top >> 8)), last = std::min(size - 1, y + (bottom >> 8) + 1);
  std::vector<Span> spans;
  std::vector<int> crossings;
  for (int row = first; row <= last; ++row) {
    // Rows are cut through their middle, and no corner counts for two edges: from <= level < to.
    const int level = (row - y) * 256 + 128;
    crossings.clear();
    for (std::size_t at = 0; at < outline.size(); ++at) {
      Corner from = outline[at], to = outline[at + 1 == outline.size() ? 0 : at + 1];
      if (from.y > to.y) std::swap(from, to);
      if (level < from.y || level >= to.y) continue;
      crossings.push_back(from.x +
                          static_cast<int>(std::int64_t{to.x - from.x} * (level - from.y) / (to.y - from.y)));
    }
    std::sort(crossings.begin(), crossings.end());
    for (std::size_t at = 0; at + 1 < crossings.size(); at += 2) {
      const int left = std::max(0, x + pixels_up(crossings[at] - 128));
      const int right = std::min(size, x + pixels_up(crossings[at + 1] - 128));
      if (left < right) spans.push_back({row, left, right});
    }
  }
  return spans;
}

}  // namespace relprompt::world
