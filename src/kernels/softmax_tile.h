// The softmax over all names in one tile of an image, made at the image's own pixels of scores that were
// averaged over the windows before: what label_tiles and score_maps use for ScoreActivation::kSoftmaxOfMean.
//
// A tile needs one number a pixel of all names together, the log of the sum of their exponentials. With it
// every class can be looked at by itself, so memory does not grow with the names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/score_tile.h"

namespace relprompt::kernels {

/// Memory of a thread, for tiles of any place, one after the other.
class SoftmaxTile {
 public:
  /// task and axes must outlive this.
  SoftmaxTile(const LabelTask& task, const TileAxes& axes);

  /// Goes to the pixels from (y, x) on. log_totals: what log_totals() was at an earlier visit; nullptr:
  /// computed here.
  void place(std::int64_t y, std::int64_t x, const float* log_totals = nullptr);

  std::int64_t height() const { return rows_.height(); }
  std::int64_t width() const { return rows_.width(); }
  /// [height, width] log of the sum of e^score over all rows.
  const std::vector<float>& log_totals() const { return log_totals_; }

  /// No pixel of the tile has a higher score of the class, penalty included; NaN where a score is.
  float upper_bound(std::size_t c) const;
  /// Probabilities of a class, the largest of its names, without the penalty: [height, width]. Valid until
  /// the next call.
  const float* class_scores(std::size_t c);

 private:
  void compute_totals();
  /// Mean scores of a row at the image's pixels, in values_.
  void compute_row(std::size_t row);

  const LabelTask& task_;
  const LabelTask single_;  ///< every row is a class of its own, scores as they are
  ScoreTile rows_;
  std::vector<float> values_, log_totals_, scores_, most_, total_;
  float least_total_ = 0;
};

}  // namespace relprompt::kernels
