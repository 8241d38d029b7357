#include "kernels/view_mean.h"

#include <algorithm>
#include <utility>

#include "kernels/label_simd.h"

namespace relprompt::kernels {

ViewTasks::ViewTasks(const LabelTask& task) {
  LabelTask view = task;
  view.others.clear();
  view.penalty.assign(task.penalty.size(), 0.0f);  // taken from the mean, once
  tasks.push_back(view);
  for (const auto& other : task.others) {
    view.windows = other.windows;
    view.patches = other.patches;
    view.window = other.window;
    view.resized = other.resized;
    tasks.push_back(view);
  }
  for (const auto& each : tasks) axes.emplace_back(each);
}

ViewTile::ViewTile(const LabelTask& task, const ViewTasks& views) : task_(task) {
  for (std::size_t i = 0; i < views.tasks.size(); ++i) {
    if (task.score_activation == ScoreActivation::kSoftmaxOfMean) {
      mean_tiles_.emplace_back(views.tasks[i], views.axes[i]);
    } else {
      tiles_.emplace_back(views.tasks[i], views.axes[i]);
    }
  }
}

void ViewTile::place(std::int64_t y, std::int64_t x, ViewTotals* totals) {
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    tiles_[i].place(y, x, totals != nullptr ? &totals->of_windows[i] : nullptr);
  }
  for (std::size_t i = 0; i < mean_tiles_.size(); ++i) {
    mean_tiles_[i].place(y, x, totals != nullptr ? totals->of_pixels[i].data() : nullptr);
  }
  height_ = std::min(kTileHeight, task_.image.height - y);
  width_ = std::min(kTileWidth, task_.image.width - x);
  sums_.resize(static_cast<std::size_t>(height_ * width_));
}

ViewTotals ViewTile::take_totals() {
  ViewTotals totals;
  for (auto& tile : tiles_) {
    for (auto& total : tile.totals()) total.release_scratch();
    totals.of_windows.push_back(std::move(tile.totals()));
  }
  for (const auto& tile : mean_tiles_) totals.of_pixels.push_back(tile.log_totals());
  return totals;
}

float ViewTile::upper_bound(std::size_t c) const {
  float sum = 0;
  for (const auto& tile : tiles_) sum += tile.upper_bound(c);
  for (const auto& tile : mean_tiles_) sum += tile.upper_bound(c);
  return sum / static_cast<float>(tiles_.size() + mean_tiles_.size()) - task_.penalty[c];
}

const float* ViewTile::class_scores(std::size_t c) {
  std::fill(sums_.begin(), sums_.end(), 0.0f);
  const Rows sums{sums_.data(), width_, height_, width_};
  for (auto& tile : tiles_) {
    const auto& down = tile.rows().axis;
    const auto sources = static_cast<std::int64_t>(tile.rows().sources.size());
    const Rows from{const_cast<float*>(tile.class_rows(c)), width_, sources, width_};
    label_simd().add_interpolated_rows(from, down.low.data(), down.high.data(), 0, down.weight.data(), false,
                                       sums);
  }
  for (auto& tile : mean_tiles_) {
    const float* values = tile.class_scores(c);
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += values[i];
  }
  const float share = 1.0f / static_cast<float>(tiles_.size() + mean_tiles_.size());
  for (auto& sum : sums_) sum *= share;
  return sums_.data();
}

ViewMaps::ViewMaps(const LabelTask& task) : task_(task), views_(task), grid_(task) {
  const bool softmax = task.score_activation == ScoreActivation::kSoftmax ||
                       task.score_activation == ScoreActivation::kSoftmaxOfMean;
  if (!softmax) return;
  totals_.resize(static_cast<std::size_t>(grid_.count()));
#pragma omp parallel
  {
    ViewTile tile(task_, views_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid_.count(); ++i) {
      tile.place(grid_.y(i), grid_.x(i));
      totals_[static_cast<std::size_t>(i)] = tile.take_totals();
    }
  }
}

void ViewMaps::compute(std::size_t first, std::size_t count, float* planes) {
  const auto plane = task_.image.height * task_.image.width;
#pragma omp parallel
  {
    ViewTile tile(task_, views_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid_.count(); ++i) {
      auto* totals = totals_.empty() ? nullptr : &totals_[static_cast<std::size_t>(i)];
      tile.place(grid_.y(i), grid_.x(i), totals);
      float* place = planes + grid_.y(i) * task_.image.width + grid_.x(i);
      for (std::size_t c = 0; c < count; ++c) {
        const float* values = tile.class_scores(first + c);
        const float penalty = task_.penalty[first + c];
        float* to = place + static_cast<std::int64_t>(c) * plane;
        for (std::int64_t r = 0; r < tile.height(); ++r) {
          for (std::int64_t x = 0; x < tile.width(); ++x)
            to[r * task_.image.width + x] = values[r * tile.width() + x] - penalty;
        }
      }
      if (totals != nullptr) *totals = tile.take_totals();
    }
  }
}

}  // namespace relprompt::kernels
