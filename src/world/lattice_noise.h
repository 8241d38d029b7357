// Smooth random fields, the stuff of textures: random values on a coarse lattice, blended between its points.
#pragma once

#include <cstdint>
#include <vector>

#include "world/draw.h"

namespace relprompt::world {

class LatticeNoise {
 public:
  /// A field of size x size pixels whose bumps are about `cell_width` x `cell_height` pixels, each at least
  /// 1.
  LatticeNoise(int size, int cell_width, int cell_height, Draw& draw);

  /// The field along row y, 0 to 255. Valid until the next call.
  const std::vector<std::uint8_t>& row(int y);

 private:
  int columns_, cell_height_;
  std::vector<std::uint8_t> points_;   ///< [lattice row, lattice column]
  std::vector<std::uint8_t> weight_;   ///< [x] of the lattice point to the right, 0 to 255
  std::vector<std::uint16_t> cell_;    ///< [x] lattice column to the left
  std::vector<std::uint8_t> blended_;  ///< [lattice column] of the current row
  std::vector<std::uint8_t> values_;   ///< [x]
};

}  // namespace relprompt::world
