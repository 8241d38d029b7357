// The scores of all classes in one tile of an image: what label_tiles and score_maps share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/bilinear_axis.h"
#include "kernels/label_tiles.h"
#include "kernels/log_total.h"
#include "kernels/window_cover.h"

namespace relprompt::kernels {

// Scores, best and label of a tile are 8 kB each: the first-level cache holds them for all classes.
constexpr std::int64_t kTileHeight = 16, kTileWidth = 128;

/// What all tiles of a task share.
struct TileAxes {
  explicit TileAxes(const LabelTask& task);

  BilinearAxis rows, columns;                ///< resized image to result
  BilinearAxis window_rows, window_columns;  ///< patches to window
  bool same_columns;
};

/// Tiles of a task, row by row.
struct TileGrid {
  explicit TileGrid(const LabelTask& task)
      : down((task.image.height + kTileHeight - 1) / kTileHeight),
        across((task.image.width + kTileWidth - 1) / kTileWidth) {}

  std::int64_t count() const { return down * across; }
  std::int64_t y(std::int64_t tile) const { return tile / across * kTileHeight; }
  std::int64_t x(std::int64_t tile) const { return tile % across * kTileWidth; }

  std::int64_t down, across;
};

/// Memory of a thread, for tiles of any place, one after the other.
class ScoreTile {
 public:
  ScoreTile(const LabelTask& task, const TileAxes& axes) : task_(task), axes_(axes) {}

  /// Goes to the pixels from (y, x) on, a tile of them or what is left of the image. totals: what softmax
  /// divides by, as an earlier visit of this place took from totals(); nullptr: computed here.
  void place(std::int64_t y, std::int64_t x, std::vector<LogTotal>* totals = nullptr);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const AxisPart& rows() const { return down_; }
  /// Of the windows, where softmax asks for them; may be moved from.
  std::vector<LogTotal>& totals() { return totals_; }

  /// No pixel of the tile has a higher score of the class, penalty included; NaN where a score is.
  float upper_bound(std::size_t c) const;

  /// Probabilities of a class (the largest of its names), mean over the windows, at the rows of the resized
  /// image that rows().sources lists and at the tile's columns: [sources, width()]. Valid until the next
  /// call.
  const float* class_rows(std::size_t c);

 private:
  Rows view(std::vector<float>& values) const { return {values.data(), columns_, rows_, columns_}; }
  /// The sources of the tile that lie in the window.
  Rows inside(std::vector<float>& values, const WindowCover& window) const;
  void find_windows();
  float activated(float score) const;
  void average(std::size_t row, std::vector<float>& sums);
  void add(std::size_t index, std::size_t row, const Rows& sums);

  const LabelTask& task_;
  const TileAxes& axes_;
  std::int64_t height_ = 0, width_ = 0, rows_ = 0, columns_ = 0;  ///< of the tile, and of its sources
  AxisPart down_, across_;
  std::vector<WindowCover> windows_;
  std::vector<LogTotal> totals_;
  std::vector<float> share_, scratch_, scores_, sums_, other_, resized_;
};

}  // namespace relprompt::kernels
