#include "formats/rings.h"

#include <algorithm>
#include <unordered_map>

namespace relprompt::formats {
namespace {

/// In the order of turning right.
enum Direction { kRight, kDown, kLeft, kUp };

constexpr int kStepX[] = {1, 0, -1, 0};
constexpr int kStepY[] = {0, 1, 0, -1};
// From a corner to the pixels before it, for someone who walks in a direction.
constexpr int kAheadRightX[] = {0, -1, -1, 0};
constexpr int kAheadRightY[] = {0, 0, -1, -1};
constexpr int kAheadLeftX[] = {0, 0, -1, -1};
constexpr int kAheadLeftY[] = {-1, 0, 0, -1};

Direction turned_right(Direction direction) {
  return static_cast<Direction>((direction + 1) % 4);
}

Direction turned_left(Direction direction) {
  return static_cast<Direction>((direction + 3) % 4);
}

/// f(x, label) where a stretch of equal labels begins in a row.
template <typename F>
void for_each_stretch(const LabelMap& map, int y, F f) {
  const std::uint16_t* row =
      map.labels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width);
  for (int x = 0; x < map.width; ++x)
    if (x == 0 || row[x] != row[x - 1]) f(x, row[x]);
}

/// Where each stretch of a class begins. The left side of such a pixel belongs to one ring.
class RowRuns {
 public:
  RowRuns(const LabelMap& map, ClassRange classes) {
    rows_.reserve(static_cast<std::size_t>(map.height) + 1);
    for (int y = 0; y < map.height; ++y) {
      rows_.push_back(starts_.size());
      for_each_stretch(map, y, [&](int x, std::uint16_t label) {
        if (classes.holds(label)) starts_.push_back(x);
      });
    }
    rows_.push_back(starts_.size());
  }

  std::size_t size() const { return starts_.size(); }
  int start(std::size_t run) const { return starts_[run]; }

  /// The stretch that this pixel, which must be of one of the classes, is in.
  std::size_t of(int x, int y) const {
    const auto begin = starts_.begin() + static_cast<std::ptrdiff_t>(rows_[static_cast<std::size_t>(y)]);
    const auto end = starts_.begin() + static_cast<std::ptrdiff_t>(rows_[static_cast<std::size_t>(y) + 1]);
    return static_cast<std::size_t>(std::upper_bound(begin, end, x) - starts_.begin()) - 1;
  }

 private:
  std::vector<int> starts_;
  std::vector<std::size_t> rows_;  ///< [row] index of its first stretch
};

class Tracer {
 public:
  Tracer(const LabelMap& map, ClassRange classes)
      : map_(map),
        classes_(classes),
        runs_(map, classes),
        walked_(map.labels.size()),
        ring_of_(runs_.size()),
        edge_of_(runs_.size()) {}

  Outlines trace() {
    std::size_t pixel = 0;
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x, ++pixel) {
        const std::uint16_t label = map_.labels[pixel];
        if (!classes_.holds(label) || walked_[pixel] || is(x, y - 1, label)) continue;
        walk({x, y}, label);
      }
    }
    find_neighbours();
    find_outer_rings();
    return std::move(result_);
  }

 private:
  /// The left side of a stretch was walked along after this many points.
  struct LeftSide {
    std::size_t run, edge;
  };

  bool is(int x, int y, std::uint16_t label) const {
    if (x < 0 || y < 0 || x >= map_.width || y >= map_.height) return false;
    return map_.labels[index(x, y)] == label;
  }

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(map_.width) + static_cast<std::size_t>(x);
  }

  /// Walks around connected pixels with the mask on the right hand, from the top left corner of a pixel.
  void walk(Point start, std::uint16_t label) {
    path_.clear();
    visited_.clear();
    if (is(start.x - 1, start.y - 1, label)) divide_at(start, label);  // it may be passed twice as well
    path_.push_back(start);
    Point at = start;
    Direction direction = kRight;
    for (;;) {
      note_side(at, direction);
      at.x += kStepX[direction];
      at.y += kStepY[direction];
      const bool right = is(at.x + kAheadRightX[direction], at.y + kAheadRightY[direction], label);
      const bool left = is(at.x + kAheadLeftX[direction], at.y + kAheadLeftY[direction], label);
      if (right && !left) continue;
      direction = right ? turned_left(direction) : turned_right(direction);
      if (at == start && direction == kRight) break;
      // A pixel ahead on the left touches this one at its corner: an outline may pass here twice.
      if (!right && left) divide_at(at, label);
      path_.push_back(at);
    }
    keep(0, label);
    // Not clear(), which takes as long as for the largest outline so far.
    for (const std::uint64_t point : visited_) visits_.erase(point);
  }

  void note_side(Point at, Direction direction) {
    if (direction == kRight) {
      walked_[index(at.x, at.y)] = true;
    } else if (direction == kUp) {
      sides_.push_back({runs_.of(at.x, at.y - 1), path_.size() - 1});
    }
  }

  static std::uint64_t key(Point at) {
    return std::uint64_t{static_cast<std::uint32_t>(at.y)} << 32 | static_cast<std::uint32_t>(at.x);
  }

  /// If the path was at this point before, what it has gone since is a ring of its own.
  void divide_at(Point at, std::uint16_t label) {
    const auto [before, is_new] = visits_.try_emplace(key(at), path_.size());
    if (is_new) {
      visited_.push_back(key(at));
      return;
    }
    const std::size_t position = before->second;
    if (position < path_.size() && path_[position] == at) {
      keep(position, label);
    } else {
      before->second = path_.size();
    }
  }

  /// Takes the path's end from this position on as a ring.
  void keep(std::size_t position, std::uint16_t label) {
    const auto count = path_.size() - position;
    Point* points = path_.data() + position;
    const std::int64_t area = doubled_area(points, count);
    TracedRing ring;
    ring.first = result_.points.size();
    ring.count = static_cast<std::uint32_t>(count);
    ring.label = label;
    ring.hole = area < 0;
    ring.enclosed = static_cast<std::uint64_t>(area < 0 ? -area : area) / 2;
    const std::size_t shift = ring.hole ? leftmost(points, count) : 0;
    const auto number = static_cast<std::uint32_t>(result_.rings.size());
    for (; !sides_.empty() && sides_.back().edge >= position; sides_.pop_back()) {
      ring_of_[sides_.back().run] = number;
      edge_of_[sides_.back().run] =
          static_cast<std::uint32_t>((sides_.back().edge - position + count - shift) % count);
    }
    std::rotate(points, points + shift, points + count);
    result_.points.insert(result_.points.end(), points, points + count);
    result_.rings.push_back(ring);
    path_.resize(position);
  }

  /// The topmost of the leftmost points.
  static std::size_t leftmost(const Point* points, std::size_t count) {
    return static_cast<std::size_t>(
        std::min_element(points, points + count,
                         [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; }) -
        points);
  }

  /// Left of a hole's first point lies a pixel of the mask; the stretch that it is in begins at a ring.
  void find_neighbours() {
    for (TracedRing& ring : result_.rings) {
      if (!ring.hole) continue;
      const Point start = result_.points[ring.first];
      const std::size_t run = runs_.of(start.x - 1, start.y);
      ring.neighbour = ring_of_[run];
      ring.neighbour_edge = edge_of_[run];
      ring.meeting = {runs_.start(run), start.y};
    }
  }

  /// Every neighbour reaches farther to the left, so that the way along them ends, at an outer ring.
  void find_outer_rings() {
    std::vector<bool> known(result_.rings.size());
    std::vector<std::uint32_t> way;
    for (std::uint32_t i = 0; i < result_.rings.size(); ++i) {
      std::uint32_t next = i;
      for (way.clear(); !known[next] && result_.rings[next].hole; next = result_.rings[next].neighbour)
        way.push_back(next);
      const std::uint32_t outer = known[next] ? result_.rings[next].outer : next;
      way.push_back(next);
      for (const std::uint32_t ring : way) {
        result_.rings[ring].outer = outer;
        known[ring] = true;
      }
    }
  }

  const LabelMap& map_;
  ClassRange classes_;
  RowRuns runs_;
  std::vector<bool> walked_;                               ///< [pixel] along its upper side
  std::vector<std::uint32_t> ring_of_, edge_of_;           ///< [stretch] of its left side
  std::vector<Point> path_;                                ///< turns that are in no ring yet
  std::unordered_map<std::uint64_t, std::size_t> visits_;  ///< points that are passed twice -> place in path_
  std::vector<std::uint64_t> visited_;                     ///< the keys of visits_
  std::vector<LeftSide> sides_;
  Outlines result_;
};

}  // namespace

std::int64_t doubled_area(const Point* points, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Point a = points[i], b = points[i + 1 == count ? 0 : i + 1];
    sum += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
  }
  return sum;
}

Outlines trace_outlines(const LabelMap& map, ClassRange classes) {
  return Tracer(map, classes).trace();
}

std::vector<ClassRange> class_ranges(const LabelMap& map, std::uint64_t most) {
  std::vector<std::uint64_t> stretches(std::size_t{LabelMap::kUnknown} + 1);
  for (int y = 0; y < map.height; ++y)
    for_each_stretch(map, y, [&](int, std::uint16_t label) { ++stretches[label]; });
  std::vector<ClassRange> ranges;
  std::uint64_t in_last = 0;
  for (std::uint16_t label = 0; label < LabelMap::kUnknown; ++label) {
    const std::uint64_t own = stretches[label];
    if (own == 0) continue;
    if (ranges.empty() || in_last + own > most) {
      ranges.push_back({label, label});
      in_last = own;
    } else {
      ranges.back().last = label;
      in_last += own;
    }
  }
  return ranges;
}

}  // namespace relprompt::formats
