#include "kernels/label_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/bilinear_axis.h"
#include "kernels/label_loops.h"
#include "kernels/log_total.h"
#include "kernels/window_cover.h"

namespace relprompt::kernels {
namespace {

// Scores, best and label of a tile are 8 kB each: the first-level cache holds them for all classes.
constexpr std::int64_t kTileHeight = 16, kTileWidth = 128;

// More than rounding can add to a score on its way from the patches to a pixel.
constexpr float kRounding = 1e-5f;

/// What all tiles share.
struct Axes {
  explicit Axes(const LabelTask& task)
      : rows(bilinear_axis(task.resized.height, task.photo.height)),
        columns(bilinear_axis(task.resized.width, task.photo.width)),
        window_rows(bilinear_axis(task.patches.height, task.window.height)),
        window_columns(bilinear_axis(task.patches.width, task.window.width)),
        same_columns(task.resized.width == task.photo.width) {}

  BilinearAxis rows, columns;                ///< resized picture to photo
  BilinearAxis window_rows, window_columns;  ///< patches to window
  bool same_columns;
};

/// Memory of a thread, for tiles of any place.
class Tile {
 public:
  Tile(const LabelTask& task, const Axes& axes) : task_(task), axes_(axes) {}

  /// Labels of the pixels from (y, x) on, a tile of them or what is left of the photo.
  void run(std::int64_t y, std::int64_t x, std::int32_t* label, float* score) {
    place(y, x);
    std::fill(best_.begin(), best_.end(), -std::numeric_limits<float>::infinity());
    std::fill(label_.begin(), label_.end(), 0);
    order_classes();
    float worst = -std::numeric_limits<float>::infinity();  // of the best scores so far
    while (!candidates_.empty() && !(candidates_.front().bound + kRounding < worst)) {
      const auto name = next_class();
      const auto c = static_cast<std::size_t>(name);
      average(task_.first[c], sums_);
      for (auto row = task_.first[c] + 1; row < task_.first[c + 1]; ++row) {
        average(row, other_);
        label_loops().keep_larger(view(other_), view(sums_));
      }
      compare(name);
      worst = label_loops().smallest(best_.data(), height_ * width_);
    }
    for (std::int64_t r = 0; r < height_; ++r) {
      const auto to = (y + r) * task_.photo.width + x;
      std::copy_n(label_.data() + r * width_, width_, label + to);
      std::copy_n(best_.data() + r * width_, width_, score + to);
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
      const float bound = upper_bound(c);
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

  Rows view(std::vector<float>& values) const { return {values.data(), columns_, rows_, columns_}; }

  /// Works out which sources and windows the tile needs, and how often each source is covered.
  void place(std::int64_t y, std::int64_t x) {
    height_ = std::min(kTileHeight, task_.photo.height - y);
    width_ = std::min(kTileWidth, task_.photo.width - x);
    down_ = axis_part(axes_.rows, y, y + height_);
    across_ = axis_part(axes_.columns, x, x + width_);
    rows_ = static_cast<std::int64_t>(down_.sources.size());
    columns_ = static_cast<std::int64_t>(across_.sources.size());
    const auto sources = static_cast<std::size_t>(rows_ * columns_);
    sums_.resize(sources);
    other_.resize(sources);
    share_.assign(sources, 0.0f);
    resized_.resize(static_cast<std::size_t>(rows_ * width_));
    best_.resize(static_cast<std::size_t>(height_ * width_));
    label_.resize(best_.size());
    windows_.clear();
    for (const WindowScores& window : task_.windows) {
      WindowCover here{window.patches, task_.patches, Covered(axes_.window_rows, down_.sources, window.y),
                       Covered(axes_.window_columns, across_.sources, window.x)};
      if (!here.empty()) windows_.push_back(std::move(here));
    }
    for (const WindowCover& window : windows_) {
      const Rows part = inside(share_, window);
      for (std::int64_t r = 0; r < part.count; ++r) {
        for (std::int64_t i = 0; i < part.length; ++i) part.data[r * part.stride + i] += 1.0f;
      }
    }
    for (float& share : share_) share = 1.0f / share;
    if (task_.squash != Squash::kSoftmax) return;
    totals_.resize(std::max(totals_.size(), windows_.size()));
    for (std::size_t i = 0; i < windows_.size(); ++i) totals_[i].compute(windows_[i], task_.first.back());
  }

  /// The sources of the tile that lie in the window.
  Rows inside(std::vector<float>& values, const WindowCover& window) const {
    return {values.data() + window.rows.begin * columns_ + window.columns.begin, columns_,
            window.rows.part.size(), window.columns.part.size()};
  }

  /// No pixel of the tile has a higher score of the class; NaN where a score is.
  float upper_bound(std::size_t c) const {
    float most = -std::numeric_limits<float>::infinity();
    for (auto row = task_.first[c]; row < task_.first[c + 1]; ++row) {
      for (std::size_t i = 0; i < windows_.size(); ++i) {
        const bool shared = task_.squash == Squash::kSoftmax;
        const float here = windows_[i].largest(row) - (shared ? totals_[i].least() : 0.0f);
        most = here > most || here != here ? here : most;
      }
    }
    return squashed(most) - task_.penalty[c];
  }

  /// Of a score, or in softmax of its distance from the log of the total.
  float squashed(float score) const {
    if (task_.squash == Squash::kNone) return score;
    return task_.squash == Squash::kSigmoid ? 1.0f / (1.0f + std::exp(-score)) : std::exp(score);
  }

  /// sums = mean over the windows of the probabilities of an embedding's row.
  void average(std::size_t row, std::vector<float>& sums) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (std::size_t i = 0; i < windows_.size(); ++i) add(i, row, inside(sums, windows_[i]));
    if (windows_.size() > 1) label_loops().scale(view(share_), view(sums));
  }

  /// sums += the probabilities in the window with this index.
  void add(std::size_t index, std::size_t row, const Rows& sums) {
    const WindowCover& window = windows_[index];
    if (task_.squash == Squash::kSoftmax) {
      label_loops().add_exponentials(window.scores(row, room_, scores_), totals_[index].view(), sums);
      return;
    }
    const BilinearAxis& down = window.rows.part;
    label_loops().add_interpolated_rows(window.at_columns(row, room_), down.low.data(), down.high.data(),
                                        window.rows.first_patch(), down.weight.data(),
                                        task_.squash == Squash::kSigmoid, sums);
  }

  /// Resizes the sums to the photo's pixels and keeps what is better than the best.
  void compare(std::int32_t name) {
    const auto& columns = across_.axis;
    const float* values = sums_.data();
    if (!axes_.same_columns) {
      for (std::int64_t r = 0; r < rows_; ++r) {
        label_loops().interpolate_columns(sums_.data() + r * columns_, columns.low.data(),
                                          columns.high.data(), columns.weight.data(), width_,
                                          resized_.data() + r * width_);
      }
      values = resized_.data();
    }
    const float penalty = task_.penalty[static_cast<std::size_t>(name)];
    for (std::int64_t r = 0; r < height_; ++r) {
      const auto i = static_cast<std::size_t>(r);
      label_loops().keep_best(values + down_.axis.low[i] * width_, values + down_.axis.high[i] * width_,
                              down_.axis.weight[i], penalty, name, width_, best_.data() + r * width_,
                              label_.data() + r * width_);
    }
  }

  const LabelTask& task_;
  const Axes& axes_;
  std::int64_t height_ = 0, width_ = 0, rows_ = 0, columns_ = 0;  ///< of the tile, and of its sources
  AxisPart down_, across_;
  std::vector<WindowCover> windows_;
  std::vector<Candidate> candidates_;
  std::vector<LogTotal> totals_;  ///< of the windows, where softmax asks for them
  std::vector<float> share_, room_, scores_, sums_, other_, resized_, best_;
  std::vector<std::int32_t> label_;
};

}  // namespace

void label_tiles(const LabelTask& task, std::int32_t* label, float* score) {
  const Axes axes(task);
  const std::int64_t down = (task.photo.height + kTileHeight - 1) / kTileHeight;
  const std::int64_t across = (task.photo.width + kTileWidth - 1) / kTileWidth;
#pragma omp parallel
  {
    Tile tile(task, axes);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < down * across; ++i) {
      tile.run(i / across * kTileHeight, i % across * kTileWidth, label, score);
    }
  }
}

}  // namespace relprompt::kernels
