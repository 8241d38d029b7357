#include "formats/simplify.h"

#include <algorithm>
#include <utility>

namespace relprompt::formats {
namespace {

/// Squared distance of a point from the line between two others that ends there.
double squared_distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, px = p.x - a.x, py = p.y - a.y;
  const double length = dx * dx + dy * dy;
  const double along = length > 0 ? std::clamp((px * dx + py * dy) / length, 0.0, 1.0) : 0.0;
  const double x = px - along * dx, y = py - along * dy;
  return x * x + y * y;
}

class Simplifier {
 public:
  Simplifier(const Point* points, std::size_t count, double tolerance, std::vector<bool>& kept)
      : points_(points), count_(count), limit_(tolerance * tolerance), kept_(kept) {}

  /// Keeps what is needed between two points that stay; `last` may be the ring's size, its first point again.
  void between(std::size_t first, std::size_t last) {
    open_ = {{first, last}};
    while (!open_.empty()) {
      const auto [begin, end] = open_.back();
      open_.pop_back();
      double farthest = limit_;
      std::size_t chosen = begin;
      for (std::size_t i = begin + 1; i < end; ++i) {
        const double distance = squared_distance(points_[i], points_[begin], points_[end % count_]);
        if (distance > farthest) {
          farthest = distance;
          chosen = i;
        }
      }
      if (chosen == begin) continue;
      kept_[chosen] = true;
      open_.push_back({begin, chosen});
      open_.push_back({chosen, end});
    }
  }

 private:
  const Point* points_;
  std::size_t count_;
  double limit_;
  std::vector<bool>& kept_;
  std::vector<std::pair<std::size_t, std::size_t>> open_;
};

std::size_t farthest_from_first(const Point* points, std::size_t count) {
  std::size_t chosen = 0;
  double farthest = 0;
  for (std::size_t i = 1; i < count; ++i) {
    const double distance = squared_distance(points[i], points[0], points[0]);
    if (distance > farthest) {
      farthest = distance;
      chosen = i;
    }
  }
  return chosen;
}

}  // namespace

std::vector<bool> kept_points(const Point* points, std::size_t count, double tolerance,
                              const std::vector<bool>& pinned) {
  std::vector<bool> kept = pinned;
  kept.resize(count);
  if (tolerance <= 0) {
    kept.assign(count, true);
    return kept;
  }
  kept[0] = true;
  kept[farthest_from_first(points, count)] = true;
  for (std::size_t i = kPiece; i < count; i += kPiece) kept[i] = true;
  const std::vector<bool> ends = kept;
  Simplifier simplifier(points, count, tolerance, kept);
  std::size_t first = 0;
  for (std::size_t i = 1; i <= count; ++i) {
    if (i < count && !ends[i]) continue;
    simplifier.between(first, i);
    first = i;
  }
  return kept;
}

}  // namespace relprompt::formats
