#include "kernels/softmax_tile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "kernels/label_simd.h"
#include "kernels/log_total.h"

namespace relprompt::kernels {
namespace {

LabelTask each_row_by_itself(const LabelTask& task) {
  LabelTask single = task;
  single.score_activation = ScoreActivation::kNone;
  single.first.resize(task.first.back() + 1);
  std::iota(single.first.begin(), single.first.end(), std::size_t{0});
  single.penalty.assign(task.first.back(), 0.0f);
  return single;
}

float smallest(const std::vector<float>& values) {
  return label_simd().smallest(values.data(), static_cast<std::int64_t>(values.size()));
}

}  // namespace

SoftmaxTile::SoftmaxTile(const LabelTask& task, const TileAxes& axes)
    : task_(task), single_(each_row_by_itself(task)), rows_(single_, axes) {}

void SoftmaxTile::place(std::int64_t y, std::int64_t x, const float* log_totals) {
  rows_.place(y, x);
  const auto pixels = static_cast<std::size_t>(height() * width());
  values_.resize(pixels);
  scores_.resize(pixels);
  if (log_totals == nullptr) {
    compute_totals();
  } else {
    log_totals_.assign(log_totals, log_totals + pixels);
  }
  least_total_ = smallest(log_totals_);
}

void SoftmaxTile::compute_row(std::size_t row) {
  const auto sources = static_cast<std::int64_t>(rows_.rows().sources.size());
  const auto& down = rows_.rows().axis;
  const Rows from{const_cast<float*>(rows_.class_rows(row)), width(), sources, width()};
  label_simd().interpolate_rows(from, down.low.data(), down.high.data(), 0, down.weight.data(),
                                {values_.data(), width(), height(), width()});
}

void SoftmaxTile::compute_totals() {
  const auto pixels = static_cast<std::int64_t>(values_.size());
  most_.assign(values_.size(), -std::numeric_limits<float>::infinity());
  total_.assign(values_.size(), 0.0f);
  const auto rows = task_.first.back();
  // The likely ones first: the sooner a high score is known, the more of the others cannot change a sum.
  std::vector<std::pair<float, std::size_t>> order;
  for (std::size_t row = 0; row < rows; ++row) {
    const float bound = rows_.upper_bound(row);
    order.emplace_back(bound == bound ? -bound : -std::numeric_limits<float>::infinity(), row);
  }
  std::sort(order.begin(), order.end());
  const float below = negligible(rows);
  for (const auto& [bound, row] : order) {
    if (-bound < smallest(most_) - below) break;
    compute_row(row);
    label_simd().add_to_softmax(values_.data(), pixels, most_.data(), total_.data());
  }
  log_totals_.resize(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) log_totals_[i] = most_[i] + std::log(total_[i]);
}

float SoftmaxTile::upper_bound(std::size_t c) const {
  float most = -std::numeric_limits<float>::infinity();
  for (auto row = task_.first[c]; row < task_.first[c + 1]; ++row) {
    const float here = rows_.upper_bound(row);
    most = here > most || here != here ? here : most;
  }
  return std::exp(std::min(most - least_total_, 0.0f)) - task_.penalty[c];
}

const float* SoftmaxTile::class_scores(std::size_t c) {
  std::fill(scores_.begin(), scores_.end(), 0.0f);
  for (auto row = task_.first[c]; row < task_.first[c + 1]; ++row) {
    compute_row(row);
    label_simd().keep_probability(values_.data(), log_totals_.data(),
                                  static_cast<std::int64_t>(values_.size()), scores_.data());
  }
  return scores_.data();
}

}  // namespace relprompt::kernels
