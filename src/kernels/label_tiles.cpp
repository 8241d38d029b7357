#include "kernels/label_tiles.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/label_simd.h"
#include "kernels/score_tile.h"
#include "kernels/softmax_tile.h"
#include "kernels/view_mean.h"

namespace relprompt::kernels {
namespace {

// More than rounding can add to a score on its way from the patches to a pixel.
constexpr float kRounding = 1e-5f;

/// Where a class's scores exceed the best ones of a tile, they become them.
void keep_better(const LabelTask& task, ScoreTile& tile, std::int32_t name, float* best,
                 std::int32_t* label) {
  const auto c = static_cast<std::size_t>(name);
  const float* values = tile.class_rows(c);
  const auto& down = tile.rows().axis;
  const auto width = tile.width();
  for (std::int64_t r = 0; r < tile.height(); ++r) {
    const auto i = static_cast<std::size_t>(r);
    label_simd().keep_best(values + down.low[i] * width, values + down.high[i] * width, down.weight[i],
                           task.penalty[c], name, width, best + r * width, label + r * width);
  }
}

/// Of tiles whose scores are at the image's pixels.
template <typename Tile>
void keep_better(const LabelTask& task, Tile& tile, std::int32_t name, float* best, std::int32_t* label) {
  const auto c = static_cast<std::size_t>(name);
  const float* values = tile.class_scores(c);
  label_simd().keep_best(values, values, 0.0f, task.penalty[c], name, tile.height() * tile.width(), best,
                         label);
}

/// Memory of a thread, for tiles of any place. Tile: ScoreTile, SoftmaxTile or ViewTile; Axes: what all tiles
/// of the kind share.
template <typename Tile, typename Axes>
class LabelTile {
 public:
  LabelTile(const LabelTask& task, const Axes& axes) : task_(task), tile_(task, axes) {}

  /// Labels of the pixels from (y, x) on, a tile of them or what is left of the image.
  void run(std::int64_t y, std::int64_t x, std::int32_t* label, float* score) {
    tile_.place(y, x);
    const auto height = tile_.height(), width = tile_.width();
    best_.assign(static_cast<std::size_t>(height * width), -std::numeric_limits<float>::infinity());
    label_.assign(best_.size(), 0);
    order_classes();
    float worst = -std::numeric_limits<float>::infinity();  // of the best scores so far
    while (!candidates_.empty() && !(candidates_.front().bound + kRounding < worst)) {
      keep_better(task_, tile_, next_class(), best_.data(), label_.data());
      worst = label_simd().smallest(best_.data(), height * width);
    }
    for (std::int64_t r = 0; r < height; ++r) {
      const auto to = (y + r) * task_.image.width + x;
      std::copy_n(label_.data() + r * width, width, label + to);
      std::copy_n(best_.data() + r * width, width, score + to);
    }
  }

 private:
  struct Candidate {
    float bound;  ///< no pixel of the tile has a higher score of the class
    std::int32_t name;

    /// Whether it is looked at after the other: a heap has the class that may win by most on top.
    bool operator<(const Candidate& other) const { return bound < other.bound; }
  };

  /// The sooner high scores are known, the fewer classes are computed: most are nowhere near the best of a
  /// tile, and their bound is all that they cost.
  void order_classes() {
    candidates_.clear();
    for (std::size_t c = 0; c < task_.penalty.size(); ++c) {
      const float bound = tile_.upper_bound(c);
      // A NaN is no order; such a class is computed.
      const bool known = bound == bound;
      candidates_.push_back(
          {known ? bound : std::numeric_limits<float>::infinity(), static_cast<std::int32_t>(c)});
    }
    std::make_heap(candidates_.begin(), candidates_.end());
  }

  std::int32_t next_class() {
    std::pop_heap(candidates_.begin(), candidates_.end());
    const auto name = candidates_.back().name;
    candidates_.pop_back();
    return name;
  }

  const LabelTask& task_;
  Tile tile_;
  std::vector<Candidate> candidates_;
  std::vector<float> best_;
  std::vector<std::int32_t> label_;
};

template <typename Tile, typename Axes = TileAxes>
void label_all(const LabelTask& task, std::int32_t* label, float* score) {
  const Axes axes(task);
  const TileGrid grid(task);
#pragma omp parallel
  {
    LabelTile<Tile, Axes> tile(task, axes);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid.count(); ++i) tile.run(grid.y(i), grid.x(i), label, score);
  }
}

}  // namespace

void label_tiles(const LabelTask& task, std::int32_t* label, float* score) {
  if (!task.others.empty()) {
    label_all<ViewTile, ViewTasks>(task, label, score);
  } else if (task.score_activation == ScoreActivation::kSoftmaxOfMean) {
    label_all<SoftmaxTile>(task, label, score);
  } else {
    label_all<ScoreTile>(task, label, score);
  }
}

}  // namespace relprompt::kernels
