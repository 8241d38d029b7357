// What softmax divides by, at the pixels that a tile of the image reads of one window.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/label_simd.h"
#include "kernels/window_cover.h"

namespace relprompt::kernels {

/// So far below the largest of so many scores, even all the others together add less than half a rounding to
/// the sum of their exponentials.
float negligible(std::size_t rows);

class LogTotal {
 public:
  /// log of the sum of e^score over the rows 0 .. rows - 1 at the tile's sources in the window. Rows that
  /// cannot change a sum by a rounding are left out; most classes are in most tiles.
  void compute(const WindowCover& window, std::size_t rows);

  /// The logs, in the shape of WindowCover::scores.
  Rows view() { return rows_of(total_); }
  /// The smallest of them: no score of the window minus its own log exceeds the score minus this.
  float least() const { return least_; }

  /// Gives back what only compute needs.
  void release_scratch();

 private:
  Rows rows_of(std::vector<float>& values) const;

  std::vector<float> most_, total_, scores_, scratch_;
  std::int64_t height_ = 0, width_ = 0;
  float least_ = 0;
};

}  // namespace relprompt::kernels
