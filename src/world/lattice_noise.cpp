#include "world/lattice_noise.h"

#include <cstddef>

namespace relprompt::world {
namespace {

/// 3t^2 - 2t^3 for t = position / cell, times 255: bumps without creases at the lattice.
int smooth(int position, int cell) {
  const int t = position * 256 / cell;
  return (t * t * (3 * 256 - 2 * t) >> 16) * 255 >> 8;
}

std::uint8_t blend(int from, int to, int weight) {
  return static_cast<std::uint8_t>((from * (256 - weight) + to * weight) >> 8);
}

}  // namespace

LatticeNoise::LatticeNoise(int size, int cell_width, int cell_height, Draw& draw)
    : columns_(size / cell_width + 2), cell_height_(cell_height) {
  const int rows = size / cell_height + 2;
  points_.resize(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows));
  std::uint64_t bits = 0;
  for (std::size_t at = 0; at < points_.size(); ++at) {
    if (at % 8 == 0) bits = draw.bits();
    points_[at] = static_cast<std::uint8_t>(bits);
    bits >>= 8;
  }
  for (int x = 0; x < size; ++x) {
    cell_.push_back(static_cast<std::uint16_t>(x / cell_width));
    weight_.push_back(static_cast<std::uint8_t>(smooth(x % cell_width, cell_width)));
  }
  blended_.resize(static_cast<std::size_t>(columns_));
  values_.resize(static_cast<std::size_t>(size));
}

const std::vector<std::uint8_t>& LatticeNoise::row(int y) {
  const int weight = smooth(y % cell_height_, cell_height_);
  const std::uint8_t* upper = points_.data() + std::ptrdiff_t{y / cell_height_} * columns_;
  const std::uint8_t* lower = upper + columns_;
  for (std::size_t at = 0; at < blended_.size(); ++at) blended_[at] = blend(upper[at], lower[at], weight);
  for (std::size_t x = 0; x < values_.size(); ++x)
    values_[x] = blend(blended_[cell_[x]], blended_[cell_[x] + std::size_t{1}], weight_[x]);
  return values_;
}

}  // namespace relprompt::world
