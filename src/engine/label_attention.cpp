#include "engine/label_attention.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace relprompt::engine {
namespace {

constexpr double kSigma = 5;
constexpr std::int64_t kMostTaps = 31;
constexpr std::int64_t kMostKept = std::int64_t{1} << 22;  // 16 MiB of weights

/// The place on an axis nearest to step s of `longest` from one to another, half to even. In whole numbers:
/// the authors' fp32 leaves halves to rounding.
std::int32_t place(std::int64_t from, std::int64_t to, std::int64_t s, std::int64_t longest) {
  const auto sum = static_cast<std::int32_t>(from * (longest - s) + to * s),
             all = static_cast<std::int32_t>(longest);
  const auto whole = sum / all, twice = 2 * (sum % all);
  return whole + (twice > all || (twice == all && whole % 2 == 1) ? 1 : 0);
}

/// A Gaussian of an odd number of taps that sum to 1.
std::vector<float> gaussian(std::int64_t patches) {
  auto size = std::min(patches, kMostTaps);
  size += 1 - size % 2;
  std::vector<double> taps;
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(i - size / 2) / kSigma;
    taps.push_back(std::exp(-x * x / 2));
    sum += taps.back();
  }
  std::vector<float> shares;
  for (const double tap : taps) shares.push_back(static_cast<float>(tap / sum));
  return shares;
}

/// Each number becomes the mean of those around it by the taps, 0 beyond the ends; then all sum to 1.
void smooth(const std::vector<float>& raw, const std::vector<float>& taps, float* row) {
  const auto n = static_cast<std::int64_t>(raw.size()), size = static_cast<std::int64_t>(taps.size()),
             half = size / 2;
  std::fill_n(row, n, 0.0f);
  for (std::int64_t t = 0; t < size; ++t) {
    const float tap = taps[static_cast<std::size_t>(t)];
    const auto shift = t - half;
    const auto begin = std::max<std::int64_t>(0, -shift), end = std::min(n, n - shift);
    for (auto j = begin; j < end; ++j) row[j] += tap * raw[static_cast<std::size_t>(j + shift)];
  }
  double total = 1e-8;
  for (std::int64_t j = 0; j < n; ++j) total += static_cast<double>(row[j]);
  for (std::int64_t j = 0; j < n; ++j) row[j] = static_cast<float>(static_cast<double>(row[j]) / total);
}

}  // namespace

LabelAttention::LabelAttention(std::vector<std::int32_t> labels, Grid grid)
    : labels_(std::move(labels)),
      grid_(grid),
      longest_(std::max(grid.height, grid.width) - 1),
      taps_(gaussian(grid.size())) {
  const auto n = grid_.size();
  if (n * n <= kMostKept) rows_.resize(static_cast<std::size_t>(n * n));
  float largest = 0;
#pragma omp parallel for schedule(dynamic) reduction(max : largest)
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<float> own(rows_.empty() ? static_cast<std::size_t>(n) : 0);
    float* row = rows_.empty() ? own.data() : rows_.data() + i * n;
    compute(i, row);
    largest = std::max(largest, *std::max_element(row, row + n));
  }
  largest_ = largest;
}

bool LabelAttention::joined(std::int64_t from, std::int64_t to, std::int64_t steps) const {
  const auto w = grid_.width;
  const auto label = labels_[static_cast<std::size_t>(from)];
  for (std::int64_t s = 1; s <= steps; ++s) {
    // A step is 1 / longest of any way, however short, as in the authors' check.
    const auto y = place(from / w, to / w, s, longest_), x = place(from % w, to % w, s, longest_);
    if (labels_[static_cast<std::size_t>(y * w + x)] != label) return false;
  }
  return true;
}

void LabelAttention::compute(std::int64_t patch, float* row) const {
  thread_local std::vector<float> raw;
  const auto n = grid_.size(), w = grid_.width;
  raw.assign(static_cast<std::size_t>(n), 0.0f);
  for (std::int64_t j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    if (labels_[at] != labels_[static_cast<std::size_t>(patch)]) continue;
    const auto steps = std::max(std::abs(patch / w - j / w), std::abs(patch % w - j % w));
    raw[at] =
        joined(patch, j, steps) ? 1.0f : std::exp(-static_cast<float>(steps) / static_cast<float>(longest_));
  }
  smooth(raw, taps_, row);
}

void LabelAttention::add_row(std::int64_t patch, float factor, float* to) const {
  thread_local std::vector<float> own;
  const auto n = grid_.size();
  const float* row = rows_.data() + patch * n;
  if (rows_.empty()) {
    own.resize(static_cast<std::size_t>(n));
    compute(patch, own.data());
    row = own.data();
  }
  for (std::int64_t j = 0; j < n; ++j) to[j] += factor / largest_ * row[j];
}

}  // namespace relprompt::engine
