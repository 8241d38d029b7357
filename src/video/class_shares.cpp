#include "video/class_shares.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace relprompt::video {
namespace {

void merge(ClassShares::Point& into, const ClassShares::Point& other) {
  const auto frames = static_cast<double>(into.frames + other.frames);
  const double own = static_cast<double>(into.frames) / frames,
               others = static_cast<double>(other.frames) / frames;
  into.seconds = own * into.seconds + others * other.seconds;
  for (std::size_t c = 0; c < into.shares.size(); ++c)
    into.shares[c] = static_cast<float>(own * into.shares[c] + others * other.shares[c]);
  into.frames += other.frames;
}

}  // namespace

ClassShares::ClassShares(std::size_t classes, std::size_t points) : classes_(classes), most_points_(points) {}

void ClassShares::add(double seconds, const std::vector<Share>& shares) {
  Point point{seconds, std::vector<float>(classes_), 1};
  for (const Share& share : shares) point.shares[share.label] += static_cast<float>(share.share);
  if (!points_.empty() && points_.back().frames < frames_each_) {
    merge(points_.back(), point);
    return;
  }
  if (points_.size() == most_points_) {
    for (std::size_t i = 0; i < most_points_ / 2; ++i) {
      merge(points_[2 * i], points_[2 * i + 1]);
      if (i > 0) points_[i] = std::move(points_[2 * i]);
    }
    points_.resize(most_points_ / 2);
    frames_each_ *= 2;
  }
  points_.push_back(std::move(point));
}

std::vector<std::size_t> ClassShares::largest(std::size_t most) const {
  std::vector<double> totals(classes_);
  for (const Point& point : points_)
    for (std::size_t c = 0; c < classes_; ++c)
      totals[c] += static_cast<double>(point.frames) * point.shares[c];
  std::vector<std::size_t> order(classes_);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return totals[a] > totals[b]; });
  order.resize(std::min(most, order.size()));
  while (!order.empty() && totals[order.back()] <= 0) order.pop_back();
  return order;
}

}  // namespace relprompt::video
