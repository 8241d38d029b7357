#include "engine/label_attention.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace relprompt::engine {
namespace {

constexpr double kSigma = 5;
constexpr std::int64_t kMostTaps = 31;
constexpr std::int64_t kMostKept = std::int64_t{1} << 20;  // 4 MiB of weights

/// x * y in fp32 however the compiler contracts: the product of two floats is exact in double.
float product(float x, float y) {
  return static_cast<float>(static_cast<double>(x) * static_cast<double>(y));
}

/// What fraction of a way step s of `longest` is, in fp32 as LibTorch's linspace computes it.
float fraction(std::int64_t s, std::int64_t longest) {
  const float step = 1.0f / static_cast<float>(longest);
  const auto steps = longest + 1;
  if (s < steps / 2) return product(step, static_cast<float>(s));
  return static_cast<float>(1.0 - static_cast<double>(product(step, static_cast<float>(longest - s))));
}

/// [longest + 1, side, side]: the nearest place (half to even) of step s of the way from one place to another
/// on an axis. As the authors' check, a step is 1 / longest of any way, however short.
std::vector<std::int32_t> places(std::int64_t side, std::int64_t longest) {
  std::vector<std::int32_t> all;
  all.reserve(static_cast<std::size_t>((longest + 1) * side * side));
  for (std::int64_t s = 0; s <= longest; ++s) {
    const float part = longest > 0 ? fraction(s, longest) : 0.0f, rest = 1.0f - part;
    for (std::int64_t from = 0; from < side; ++from) {
      for (std::int64_t to = 0; to < side; ++to) {
        const double sum = static_cast<double>(product(static_cast<float>(from), rest)) +
                           static_cast<double>(product(static_cast<float>(to), part));
        all.push_back(static_cast<std::int32_t>(std::nearbyint(static_cast<float>(sum))));
      }
    }
  }
  return all;
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
      down_(places(grid.height, longest_)),
      across_(places(grid.width, longest_)),
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
  const auto h = grid_.height, w = grid_.width;
  const auto down = from / w * h + to / w, across = from % w * w + to % w;
  for (std::int64_t s = 0; s <= steps; ++s) {
    const auto y = down_[static_cast<std::size_t>(s * h * h + down)],
               x = across_[static_cast<std::size_t>(s * w * w + across)];
    if (labels_[static_cast<std::size_t>(y * w + x)] != labels_[static_cast<std::size_t>(from)]) return false;
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
