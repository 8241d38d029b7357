#include "image/rounded_scores.h"

#include <algorithm>
#include <limits>

#include "relprompt/image.h"

namespace relprompt::image {
namespace {

constexpr std::uint16_t kSign = 0x8000, kInfinity = 0x7C00;
constexpr std::int16_t kLeast = std::numeric_limits<std::int16_t>::min();

/// A whole number that compares as the half does, both zeros being equal; NaN is below everything.
std::int16_t order_of(std::uint16_t half) {
  const auto magnitude = static_cast<std::int16_t>(half & 0x7FFF);
  if (magnitude > kInfinity) return kLeast;
  return (half & kSign) != 0 ? static_cast<std::int16_t>(-magnitude) : magnitude;
}

}  // namespace

std::uint16_t next_below(std::uint16_t half) noexcept {
  const auto magnitude = static_cast<std::uint16_t>(half & 0x7FFF);
  if (magnitude > kInfinity || half == (kSign | kInfinity)) return half;
  if (magnitude == 0) return kSign | 1;
  return static_cast<std::uint16_t>((half & kSign) != 0 ? half + 1 : half - 1);
}

RoundedScores::RoundedScores(std::size_t pixels) : best_(pixels, kLeast), first_(pixels, 0) {}

void RoundedScores::add(const std::uint16_t* plane) {
  const std::uint16_t of_class = classes_++;
  for (std::size_t i = 0; i < best_.size(); ++i) {
    const std::int16_t score = order_of(plane[i]);
    const bool better = score > best_[i];
    best_[i] = better ? score : best_[i];
    first_[i] = better ? of_class : first_[i];
  }
}

std::size_t RoundedScores::settle(const std::vector<std::uint16_t>& labels) {
  ties_.clear();
  std::size_t planes = 0;
  for (std::size_t i = 0; i < std::min(labels.size(), first_.size()); ++i) {
    if (labels[i] == LabelMap::kUnknown || labels[i] <= first_[i]) continue;
    ties_.push_back({i, labels[i]});
    planes = std::max<std::size_t>(planes, labels[i]);
  }
  return planes;
}

bool RoundedScores::lower(std::size_t of_class, std::uint16_t* plane) const {
  bool changed = false;
  for (const Tie& tie : ties_) {
    if (tie.label <= of_class || order_of(plane[tie.pixel]) != best_[tie.pixel]) continue;
    plane[tie.pixel] = next_below(plane[tie.pixel]);
    changed = true;
  }
  return changed;
}

}  // namespace relprompt::image
