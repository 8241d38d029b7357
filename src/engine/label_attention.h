// Which patches should attend to each other, by the labels that a first pass gave them (ResCLIP's semantic
// feedback).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/grid.h"

namespace relprompt::engine {

/// A patch looks at those of its own label: with weight 1 where the straight way between the two stays on
/// that label, as far as the authors' check goes, else exp(-s / s_max) at s patches (the larger of rows and
/// columns) of at most s_max. A row of weights is then smoothed along the patches' numbers by a Gaussian
/// (sigma 5, 31 taps, 0 beyond the ends) and divided by its sum.
class LabelAttention {
 public:
  /// labels [grid.size()].
  LabelAttention(std::vector<std::int32_t> labels, Grid grid);

  /// Row `patch` of the weights, grid.size() numbers, over the largest number of all rows. Rows of small
  /// grids are kept, others made anew, so that memory does not grow with the square of the patches.
  void add_row(std::int64_t patch, float factor, float* to) const;

 private:
  bool joined(std::int64_t from, std::int64_t to, std::int64_t steps) const;
  void compute(std::int64_t patch, float* row) const;

  std::vector<std::int32_t> labels_;
  Grid grid_;
  std::int64_t longest_;
  std::vector<float> taps_;
  float largest_ = 0;
  std::vector<float> rows_;  ///< all of them, or empty
};

}  // namespace relprompt::engine
