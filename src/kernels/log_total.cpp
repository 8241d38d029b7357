#include "kernels/log_total.h"

#include <cmath>
#include <limits>

namespace relprompt::kernels {
namespace {

/// The smallest of the numbers.
float smallest(const std::vector<float>& values) {
  return label_simd().smallest(values.data(), static_cast<std::int64_t>(values.size()));
}

}  // namespace

float negligible(std::size_t rows) {
  return -std::log(std::numeric_limits<float>::epsilon() / 4 / static_cast<float>(rows));
}

void LogTotal::compute(const WindowCover& window, std::size_t rows) {
  height_ = window.rows.part.size();
  width_ = window.columns.part.size();
  const auto sources = static_cast<std::size_t>(height_ * width_);
  // The largest score first: relative to it no exponential overflows. Written so that NaN is left out
  // nowhere.
  most_.assign(sources, -std::numeric_limits<float>::infinity());
  float least = -std::numeric_limits<float>::infinity();
  for (std::size_t row = 0; row < rows; ++row) {
    if (window.largest(row) <= least) continue;
    label_simd().keep_larger(window.scores(row, scratch_, scores_), rows_of(most_));
    least = smallest(most_);
  }
  total_.assign(sources, 0.0f);
  const float floor = least - negligible(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    if (window.largest(row) < floor) continue;
    label_simd().add_exponentials(window.scores(row, scratch_, scores_), rows_of(most_), rows_of(total_));
  }
  for (std::size_t i = 0; i < sources; ++i) total_[i] = most_[i] + std::log(total_[i]);
  least_ = smallest(total_);
}

Rows LogTotal::rows_of(std::vector<float>& values) const {
  return {values.data(), width_, height_, width_};
}

void LogTotal::release_scratch() {
  for (auto* values : {&most_, &scores_, &scratch_}) {
    values->clear();
    values->shrink_to_fit();
  }
}

}  // namespace relprompt::kernels
