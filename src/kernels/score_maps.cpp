#include "kernels/score_maps.h"

#include "kernels/softmax_tile.h"

namespace relprompt::kernels {
namespace {

/// One class of a tile, less its penalty, to where the tile lies in the plane.
void write_class(const LabelTask& task, ScoreTile& tile, std::size_t c, float* to) {
  const float* values = tile.class_rows(c);
  const auto& down = tile.rows().axis;
  const auto width = tile.width();
  for (std::int64_t r = 0; r < tile.height(); ++r) {
    const auto i = static_cast<std::size_t>(r);
    const float *low = values + down.low[i] * width, *high = values + down.high[i] * width;
    const float weight = down.weight[i], penalty = task.penalty[c];
    for (std::int64_t x = 0; x < width; ++x) {
      to[r * task.image.width + x] = (1 - weight) * low[x] + weight * high[x] - penalty;
    }
  }
}

void write_class(const LabelTask& task, SoftmaxTile& tile, std::size_t c, float* to) {
  const float* values = tile.class_scores(c);
  const float penalty = task.penalty[c];
  for (std::int64_t r = 0; r < tile.height(); ++r) {
    for (std::int64_t x = 0; x < tile.width(); ++x) {
      to[r * task.image.width + x] = values[r * tile.width() + x] - penalty;
    }
  }
}

/// What the softmax of each tile divides by.
std::vector<std::vector<float>> totals_of_pixels(const LabelTask& task, const TileAxes& axes,
                                                 const TileGrid& grid) {
  std::vector<std::vector<float>> totals(static_cast<std::size_t>(grid.count()));
#pragma omp parallel
  {
    SoftmaxTile tile(task, axes);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid.count(); ++i) {
      tile.place(grid.y(i), grid.x(i));
      totals[static_cast<std::size_t>(i)] = tile.log_totals();
    }
  }
  return totals;
}

}  // namespace

ScoreMaps::ScoreMaps(const LabelTask& task) : task_(task), axes_(task), grid_(task) {
  if (task.score_activation == ScoreActivation::kSoftmaxOfMean) {
    pixel_totals_ = totals_of_pixels(task_, axes_, grid_);
  }
  if (task.score_activation != ScoreActivation::kSoftmax) return;
  totals_.resize(static_cast<std::size_t>(grid_.count()));
#pragma omp parallel
  {
    ScoreTile tile(task_, axes_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid_.count(); ++i) {
      tile.place(grid_.y(i), grid_.x(i));
      for (auto& total : tile.totals()) total.release_scratch();
      totals_[static_cast<std::size_t>(i)] = std::move(tile.totals());
    }
  }
}

void ScoreMaps::compute_of_mean(std::size_t first, std::size_t count, float* planes) {
  const auto plane = task_.image.height * task_.image.width;
#pragma omp parallel
  {
    SoftmaxTile tile(task_, axes_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid_.count(); ++i) {
      tile.place(grid_.y(i), grid_.x(i), pixel_totals_[static_cast<std::size_t>(i)].data());
      float* place = planes + grid_.y(i) * task_.image.width + grid_.x(i);
      for (std::size_t c = 0; c < count; ++c) {
        write_class(task_, tile, first + c, place + static_cast<std::int64_t>(c) * plane);
      }
    }
  }
}

void ScoreMaps::compute(std::size_t first, std::size_t count, float* planes) {
  if (!pixel_totals_.empty()) {
    compute_of_mean(first, count, planes);
    return;
  }
  const auto plane = task_.image.height * task_.image.width;
#pragma omp parallel
  {
    ScoreTile tile(task_, axes_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < grid_.count(); ++i) {
      auto* totals = totals_.empty() ? nullptr : &totals_[static_cast<std::size_t>(i)];
      tile.place(grid_.y(i), grid_.x(i), totals);
      for (std::size_t c = 0; c < count; ++c) {
        write_class(
            task_, tile, first + c,
            planes + static_cast<std::int64_t>(c) * plane + grid_.y(i) * task_.image.width + grid_.x(i));
      }
      if (totals != nullptr) *totals = std::move(tile.totals());
    }
  }
}

}  // namespace relprompt::kernels
