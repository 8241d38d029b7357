#include "kernels/score_tile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/label_simd.h"

namespace relprompt::kernels {

TileAxes::TileAxes(const LabelTask& task)
    : rows(bilinear_axis(task.resized.height, task.image.height)),
      columns(bilinear_axis(task.resized.width, task.image.width)),
      window_rows(bilinear_axis(task.patches.height, task.window.height)),
      window_columns(bilinear_axis(task.patches.width, task.window.width)),
      same_columns(task.resized.width == task.image.width) {}

void ScoreTile::place(std::int64_t y, std::int64_t x, std::vector<LogTotal>* totals) {
  height_ = std::min(kTileHeight, task_.image.height - y);
  width_ = std::min(kTileWidth, task_.image.width - x);
  down_ = axis_part(axes_.rows, y, y + height_);
  across_ = axis_part(axes_.columns, x, x + width_);
  rows_ = static_cast<std::int64_t>(down_.sources.size());
  columns_ = static_cast<std::int64_t>(across_.sources.size());
  const auto sources = static_cast<std::size_t>(rows_ * columns_);
  sums_.resize(sources);
  other_.resize(sources);
  share_.assign(sources, 0.0f);
  resized_.resize(static_cast<std::size_t>(rows_ * width_));
  find_windows();
  if (task_.score_activation != ScoreActivation::kSoftmax) return;
  if (totals != nullptr) {
    totals_ = std::move(*totals);
    return;
  }
  totals_.resize(std::max(totals_.size(), windows_.size()));
  for (std::size_t i = 0; i < windows_.size(); ++i) totals_[i].compute(windows_[i], task_.first.back());
}

/// The windows that the tile reads, and how often each source is covered.
void ScoreTile::find_windows() {
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
}

Rows ScoreTile::inside(std::vector<float>& values, const WindowCover& window) const {
  return {values.data() + window.rows.begin * columns_ + window.columns.begin, columns_,
          window.rows.part.size(), window.columns.part.size()};
}

float ScoreTile::upper_bound(std::size_t c) const {
  float most = -std::numeric_limits<float>::infinity();
  for (auto row = task_.first[c]; row < task_.first[c + 1]; ++row) {
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const bool shared = task_.score_activation == ScoreActivation::kSoftmax;
      const float here = windows_[i].largest(row) - (shared ? totals_[i].least() : 0.0f);
      most = here > most || here != here ? here : most;
    }
  }
  return activated(most) - task_.penalty[c];
}

/// Of a score, or in softmax of its distance from the log of the total.
float ScoreTile::activated(float score) const {
  if (task_.score_activation == ScoreActivation::kNone) return score;
  return task_.score_activation == ScoreActivation::kSigmoid ? 1.0f / (1.0f + std::exp(-score))
                                                             : std::exp(score);
}

/// sums = mean over the windows of the probabilities of an embedding's row.
void ScoreTile::average(std::size_t row, std::vector<float>& sums) {
  std::fill(sums.begin(), sums.end(), 0.0f);
  for (std::size_t i = 0; i < windows_.size(); ++i) add(i, row, inside(sums, windows_[i]));
  if (windows_.size() > 1) label_simd().scale(view(share_), view(sums));
}

/// sums += the probabilities in the window with this index.
void ScoreTile::add(std::size_t index, std::size_t row, const Rows& sums) {
  const WindowCover& window = windows_[index];
  if (task_.score_activation == ScoreActivation::kSoftmax) {
    label_simd().add_exponentials(window.scores(row, scratch_, scores_), totals_[index].view(), sums);
    return;
  }
  const BilinearAxis& down = window.rows.part;
  label_simd().add_interpolated_rows(window.at_columns(row, scratch_), down.low.data(), down.high.data(),
                                     window.rows.first_patch(), down.weight.data(),
                                     task_.score_activation == ScoreActivation::kSigmoid, sums);
}

const float* ScoreTile::class_rows(std::size_t c) {
  average(task_.first[c], sums_);
  for (auto row = task_.first[c] + 1; row < task_.first[c + 1]; ++row) {
    average(row, other_);
    label_simd().keep_larger(view(other_), view(sums_));
  }
  if (axes_.same_columns) return sums_.data();
  const auto& columns = across_.axis;
  for (std::int64_t r = 0; r < rows_; ++r) {
    label_simd().interpolate_columns(sums_.data() + r * columns_, columns.low.data(), columns.high.data(),
                                     columns.weight.data(), width_, resized_.data() + r * width_);
  }
  return resized_.data();
}

}  // namespace relprompt::kernels
