#include "kernels/refined_rows.h"

#include <algorithm>
#include <vector>

#include "kernels/label_simd.h"

namespace relprompt::kernels {
namespace {

LabelTask task_of_rows(const LabelTask& task) {
  LabelTask rows = task;
  rows.score_activation = ScoreActivation::kNone;
  rows.first.clear();
  for (std::size_t row = 0; row <= task.first.back(); ++row) rows.first.push_back(row);
  rows.penalty.assign(task.first.back(), 0.0f);
  return rows;
}

/// Rows of a band for a budget of pixels; bands that are mostly borders would cost many times the work.
std::int64_t height_of_bands(ImageSize image, std::int64_t most_pixels) {
  const auto reach = pamr_reach({});
  const auto rows = most_pixels / image.width;
  return image.height <= rows ? image.height : std::max(rows - 2 * reach, 2 * reach);
}

/// Rows from `top` on of a plane [sources of the axis, ...] brought to the image's size.
void bring_rows(const float* plane, const BilinearAxis& rows, const BilinearAxis& columns, std::int64_t width,
                std::int64_t top, std::int64_t count, float* to) {
  const auto to_width = columns.size();
#pragma omp parallel
  {
    std::vector<float> mixed(static_cast<std::size_t>(width));
#pragma omp for
    for (std::int64_t y = 0; y < count; ++y) {
      const auto i = static_cast<std::size_t>(top + y);
      const float *low = plane + rows.low[i] * width, *high = plane + rows.high[i] * width;
      for (std::int64_t x = 0; x < width; ++x)
        mixed[static_cast<std::size_t>(x)] = low[x] + rows.weight[i] * (high[x] - low[x]);
      label_simd().interpolate_columns(mixed.data(), columns.low.data(), columns.high.data(),
                                       columns.weight.data(), to_width, to + y * to_width);
    }
  }
}

}  // namespace

RefinedRows::RefinedRows(const LabelTask& task, const float* pixels, std::int64_t most_pixels)
    : task_(task_of_rows(task)),
      axes_(task_),
      pixels_(pixels),
      band_height_(height_of_bands(task.image, most_pixels)) {}

ImageBand RefinedRows::band(std::int64_t index) const {
  const auto reach = pamr_reach({}), height = task_.image.height;
  ImageBand band;
  band.begin = index * band_height_;
  band.end = std::min(height, band.begin + band_height_);
  band.top = std::max<std::int64_t>(0, band.begin - reach);
  band.bottom = std::min(height, band.end + reach);
  return band;
}

Pamr RefinedRows::weights_of(const ImageBand& band) const {
  const auto height = band.bottom - band.top, width = task_.image.width;
  std::vector<float> image(static_cast<std::size_t>(3 * height * width));
  for (std::int64_t c = 0; c < 3; ++c) {
    bring_rows(pixels_ + c * task_.resized.height * task_.resized.width, axes_.rows, axes_.columns,
               task_.resized.width, band.top, height, image.data() + c * height * width);
  }
  return Pamr(image.data(), {height, width});
}

void RefinedRows::fill_scores(const ImageBand& band, std::size_t first, std::int64_t count, float* to) const {
  const auto height = band.bottom - band.top, width = task_.image.width;
  const auto across = (width + kTileWidth - 1) / kTileWidth;
  const auto down = (height + kTileHeight - 1) / kTileHeight;
#pragma omp parallel
  {
    ScoreTile tile(task_, axes_);
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < down * across; ++i) {
      const auto y = i / across * kTileHeight, x = i % across * kTileWidth;
      tile.place(band.top + y, x);
      const auto& rows = tile.rows().axis;
      const auto inside = std::min(tile.height(), height - y);
      for (std::int64_t c = 0; c < count; ++c) {
        const float* values = tile.class_rows(first + static_cast<std::size_t>(c));
        // Only read, though the view's type could be written to.
        const Rows from{const_cast<float*>(values), tile.width(), 0, tile.width()};
        label_simd().interpolate_rows(from, rows.low.data(), rows.high.data(), 0, rows.weight.data(),
                                      {to + (c * height + y) * width + x, width, inside, tile.width()});
      }
    }
  }
}

BandScores RefinedRows::compute(std::int64_t index, std::size_t first, std::int64_t count) {
  const ImageBand here = band(index);
  if (weighted_ != index) {
    weights_.reset();  // one band's memory at a time
    weights_ = std::make_unique<Pamr>(weights_of(here));
    weighted_ = index;
  }
  const auto width = task_.image.width, plane = (here.bottom - here.top) * width;
  float* scores = scores_.reserve(kTogether * plane);
  fill_scores(here, first, count, scores);
  weights_->refine(scores, count);
  return {scores + (here.begin - here.top) * width, plane};
}

}  // namespace relprompt::kernels
