// The mean over several views of one image (its resized versions, mirrored or not), each with windows of its
// own: scores of a class in one tile, for labels, and as planes.
//
// The mean is made while a tile is in the cache, like everything else of label_tiles.h, so that no view has
// planes of full size: what is kept of a view are its patch scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "kernels/label_tiles.h"
#include "kernels/score_tile.h"
#include "kernels/softmax_tile.h"

namespace relprompt::kernels {

/// What all tiles of a task with several views share: a task without penalties for each of them.
struct ViewTasks {
  explicit ViewTasks(const LabelTask& task);

  std::vector<LabelTask> tasks;
  std::vector<TileAxes> axes;
};

/// What the softmax of a place divides by in each view, whichever kind of it the task asks for.
struct ViewTotals {
  std::vector<std::vector<LogTotal>> of_windows;
  std::vector<std::vector<float>> of_pixels;
};

/// Memory of a thread, for tiles of any place, one after the other.
class ViewTile {
 public:
  /// task and views must outlive this.
  ViewTile(const LabelTask& task, const ViewTasks& views);

  /// Goes to the pixels from (y, x) on. totals: as take_totals gave them at an earlier visit; nullptr:
  /// computed here.
  void place(std::int64_t y, std::int64_t x, ViewTotals* totals = nullptr);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  /// Leaves this place without them.
  ViewTotals take_totals();

  /// No pixel of the tile has a higher score of the class, penalty included; NaN where a score is.
  float upper_bound(std::size_t c) const;
  /// Mean over the views of a class's probabilities, without the penalty: [height, width]. Valid until the
  /// next call.
  const float* class_scores(std::size_t c);

 private:
  const LabelTask& task_;
  std::vector<ScoreTile> tiles_;        ///< of each view, or
  std::deque<SoftmaxTile> mean_tiles_;  ///< where the softmax is made at the image's pixels; must not move
  std::int64_t height_ = 0, width_ = 0;
  std::vector<float> sums_;
};

/// ScoreMaps of a task with several views.
class ViewMaps {
 public:
  /// task must outlive this. Where softmax asks for it, what it divides by is computed here, once.
  explicit ViewMaps(const LabelTask& task);

  /// See ScoreMaps::compute.
  void compute(std::size_t first, std::size_t count, float* planes);

 private:
  const LabelTask& task_;
  ViewTasks views_;
  TileGrid grid_;
  std::vector<ViewTotals> totals_;  ///< of each tile, for softmax
};

}  // namespace relprompt::kernels
