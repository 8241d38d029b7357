// The scores of label_tiles as planes of the image's own size, for whoever wants them: a few classes at a
// time, so that memory does not grow with the classes.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/score_tile.h"

namespace relprompt::kernels {

class ScoreMaps {
 public:
  /// task must outlive this. Where softmax asks for it, what it divides by is computed here, once.
  explicit ScoreMaps(const LabelTask& task);

  /// planes [count, image.height, image.width] of the classes first .. first + count - 1: the scores that
  /// label_tiles compares. Runs on the threads of OpenMP; the same numbers for any number of threads.
  void compute(std::size_t first, std::size_t count, float* planes);

 private:
  void compute_of_mean(std::size_t first, std::size_t count, float* planes);
  const LabelTask& task_;
  TileAxes axes_;
  TileGrid grid_;
  std::vector<std::vector<LogTotal>> totals_;     ///< of each tile, for softmax
  std::vector<std::vector<float>> pixel_totals_;  ///< of each tile, for the softmax at the image's pixels
};

}  // namespace relprompt::kernels
