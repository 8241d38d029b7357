#include "world/placement.h"

#include <algorithm>
#include <cstddef>

namespace relprompt::world {
namespace {

constexpr int kTries = 24;  ///< places that an object tries before it gives up
constexpr int kRim = 320;   ///< in 1 / 256 pixel

/// Who is seen where, while objects are added.
class Stage {
 public:
  explicit Stage(int size)
      : size_(size), owner_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), 0) {}

  /// Adds the object unless it would cover too much of another one, or lies too far outside.
  bool accept(const Placed& object) {
    std::vector<int> left = visible_;
    each_pixel(object, [&](std::uint8_t& owner) {
      if (owner > 0) --left[owner - std::size_t{1}];
    });
    for (std::size_t at = 0; at < left.size(); ++at)
      if (left[at] * 100 < areas_[at] * kLeastVisible) return false;
    visible_ = std::move(left);
    visible_.push_back(object.area);
    areas_.push_back(object.area);
    const auto mine = static_cast<std::uint8_t>(areas_.size());
    each_pixel(object, [&](std::uint8_t& owner) { owner = mine; });
    return true;
  }

 private:
  template <class Use>
  void each_pixel(const Placed& object, Use use) {
    for (const Span& span : object.spans) {
      std::uint8_t* row = owner_.data() + std::ptrdiff_t{span.y} * size_;
      for (int x = span.left; x < span.right; ++x) use(row[x]);
    }
  }

  int size_;
  std::vector<std::uint8_t> owner_;  ///< [pixel] 0, or one more than the object's place in the vectors below
  std::vector<int> visible_, areas_;
};

/// 12 to 21 pixels at 96 pixels a side, and in proportion; in small images more, because a pattern of 8
/// pixels cannot shrink with them.
int random_radius(int size, Draw& draw) {
  return draw.between(std::max(10, size / 8), std::max(std::min(18, size / 3), size * 21 / 96));
}

}  // namespace

std::vector<Placed> place_objects(int count, int size, Draw& draw) {
  Stage stage(size);
  std::vector<Placed> objects;
  for (int number = 0; number < count; ++number) {
    Placed object;
    object.radius = random_radius(size, draw);
    const Outline outline = random_outline(object.radius, draw);
    // Three quarters of the radius stay inside, so that the pattern of a cut shape is still seen.
    const int margin = object.radius * 3 / 4;
    bool found = false;
    for (int attempt = 0; attempt < kTries && !found; ++attempt) {
      object.x = draw.between(margin, size - 1 - margin);
      object.y = draw.between(margin, size - 1 - margin);
      object.spans = spans_of(outline, object.x, object.y, size);
      object.area = 0;
      for (const Span& span : object.spans) object.area += span.right - span.left;
      found = stage.accept(object);
    }
    if (!found) continue;
    object.core = spans_of(shrunk(outline, kRim), object.x, object.y, size);
    objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace relprompt::world
