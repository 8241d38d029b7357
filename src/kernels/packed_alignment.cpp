#include "kernels/packed_alignment.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/align_simd.h"
#include "kernels/row_blocks.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

/// What torch.nn.functional.normalize takes for the length of a shorter vector.
constexpr double kLeastLength = 1e-12;

std::vector<double> without_mean(std::vector<double> row) {
  const double mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
  for (auto& value : row) value -= mean;
  return row;
}

/// [joint, width]: the projection of what the last norm makes of a row, but for its scale and bias. Rows
/// without their means do to a token what taking its mean away does.
std::vector<float> folded_projection(const AlignmentWeights& from) {
  std::vector<float> all;
  for (std::int64_t e = 0; e < from.joint; ++e) {
    std::vector<double> row(from.projection + e * from.width, from.projection + (e + 1) * from.width);
    for (std::int64_t i = 0; i < from.width; ++i) row[static_cast<std::size_t>(i)] *= from.last.weight[i];
    for (const double value : without_mean(std::move(row))) all.push_back(static_cast<float>(value));
  }
  return all;
}

std::vector<float> projected_bias(const AlignmentWeights& from) {
  std::vector<float> all;
  for (std::int64_t e = 0; e < from.joint; ++e) {
    const float* row = from.projection + e * from.width;
    all.push_back(static_cast<float>(std::inner_product(row, row + from.width, from.last.bias, 0.0)));
  }
  return all;
}

/// A thread's rows between the steps; kept for the next layer.
struct Scratch {
  ProductScratch product;
  Buffer<float> normed;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

}  // namespace

PackedAlignment::PackedAlignment(const AlignmentWeights& from, Precision precision)
    : width_(from.width),
      joint_(from.joint),
      precision_(precision != Precision::kFp32 && native_bfloat16() ? Precision::kBf16 : Precision::kFp32),
      first_weight_(from.first.weight, from.first.weight + width_),
      first_bias_(from.first.bias, from.first.bias + width_),
      last_bias_(projected_bias(from)),
      first_epsilon_(from.first.epsilon),
      last_epsilon_(from.last.epsilon),
      projection_(folded_projection(from)),
      packed_(projection_.data(), nullptr, width_, joint_, precision_) {}

PackedBottleneck PackedAlignment::pack(const BottleneckWeights& from) const {
  const auto rank = from.rank, count = rank + 1;
  std::vector<float> directions;  // columns of U, then b
  for (std::int64_t k = 0; k < count; ++k) {
    std::vector<double> direction;
    for (std::int64_t i = 0; i < width_; ++i) {
      direction.push_back(k < rank ? from.up.weight[i * rank + k] : from.up.bias[i]);
    }
    for (const double value : without_mean(std::move(direction))) {
      directions.push_back(static_cast<float>(value));
    }
  }
  PackedBottleneck packed;
  packed.rank = rank;
  packed.down_bias.assign(from.down.bias, from.down.bias + rank);
  packed.columns.assign(from.down.weight, from.down.weight + rank * width_);
  packed.columns.insert(packed.columns.end(), directions.begin(), directions.end());
  for (std::int64_t a = 0; a < count; ++a) {
    for (std::int64_t b = 0; b < count; ++b) {
      const float *x = directions.data() + a * width_, *y = directions.data() + b * width_;
      packed.gram.push_back(std::inner_product(x, x + width_, y, 0.0));
    }
  }
  std::vector<float> projected(static_cast<std::size_t>(joint_ * count));  // [joint, count]
  align_simd().multiply_columns(projection_.data(), joint_, width_, directions.data(), count,
                                projected.data());
  packed.basis = last_bias_;
  for (std::int64_t k = 0; k < count; ++k) {
    for (std::int64_t e = 0; e < joint_; ++e) {
      packed.basis.push_back(projected[static_cast<std::size_t>(e * count + k)]);
    }
  }
  return packed;
}

void PackedAlignment::project(const float* x, std::int64_t rows, const PackedBottleneck* bottleneck, float* y,
                              float* reduced, AlignmentWorkspace& workspace) const {
  const auto rank = bottleneck != nullptr ? bottleneck->rank : 0, columns = 2 * rank + 1;
  float* spread = workspace.spread.reserve(rows);
  float* products = bottleneck != nullptr ? workspace.products.reserve(rows * columns) : nullptr;
  const auto step = rows_a_block(rows);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const auto count = std::min(step, rows - begin);
    auto& s = scratch();
    float* normed = s.normed.reserve(count * width_);
    simd_kernels().layer_norm_rows(x + begin * width_, count, width_, first_weight_.data(),
                                   first_bias_.data(), first_epsilon_, normed);
    align_simd().measure_spread(normed, count, width_, spread + begin);
    if (bottleneck != nullptr) {
      align_simd().multiply_columns(normed, count, width_, bottleneck->columns.data(), columns,
                                    products + begin * columns);
    }
    for (std::int64_t r = begin; r < begin + count; ++r) {
      for (std::int64_t k = 0; k < rank; ++k) {
        reduced[r * rank + k] =
            products[r * columns + k] + bottleneck->down_bias[static_cast<std::size_t>(k)];
      }
    }
    const auto prepared = prepare_rows(normed, count, width_, precision_, s.product);
    packed_.multiply(prepared, count, nullptr, false, y + begin * joint_, s.product);
  }
}

double PackedAlignment::factors_of(const PackedBottleneck* bottleneck, const float* mixed, double spread,
                                   const float* products, float* factors) const {
  const auto rank = bottleneck != nullptr ? bottleneck->rank : 0;
  for (std::int64_t k = 0; k <= rank && bottleneck != nullptr; ++k) {
    factors[1 + k] = mixed == nullptr ? 0.0f : k < rank ? mixed[k] : 1.0f;
  }
  if (mixed != nullptr) {
    // |n + sum_k f_k d_k|^2, all without their means.
    const auto factor = [&](std::int64_t k) { return k < rank ? static_cast<double>(mixed[k]) : 1.0; };
    const double* gram = bottleneck->gram.data();
    for (std::int64_t k = 0; k <= rank; ++k) {
      spread += 2 * factor(k) * products[rank + k];
      for (std::int64_t l = 0; l <= rank; ++l) spread += factor(k) * factor(l) * gram[k * (rank + 1) + l];
    }
  }
  const double deviation = std::sqrt(std::max(spread, 0.0) / static_cast<double>(width_) + last_epsilon_);
  factors[0] = static_cast<float>(deviation);
  return deviation;
}

void PackedAlignment::finish(std::int64_t batch, std::int64_t tokens, const PackedBottleneck* bottleneck,
                             const float* mixed, float* y, AlignmentWorkspace& workspace) const {
  const auto rows = batch * tokens;
  const auto rank = bottleneck != nullptr ? bottleneck->rank : 0;
  const auto terms = bottleneck != nullptr ? rank + 2 : 1;
  float* factors = workspace.factors.reserve(rows * terms);
  float* least = workspace.least.reserve(rows);
  const float* basis = bottleneck != nullptr ? bottleneck->basis.data() : last_bias_.data();
  const auto step = rows_a_block(rows);
#pragma omp parallel for
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const auto count = std::min(step, rows - begin);
    for (std::int64_t r = begin; r < begin + count; ++r) {
      const auto image = r / tokens, token = r % tokens;
      const bool changed = bottleneck != nullptr && token > 0;
      const auto* own = changed ? mixed + (image * (tokens - 1) + token - 1) * rank : nullptr;
      const auto* products = changed ? workspace.products.data() + r * (2 * rank + 1) : nullptr;
      // The row holds the deviation times the projected token: both have the same direction.
      const double deviation =
          factors_of(bottleneck, own, workspace.spread.data()[r], products, factors + r * terms);
      least[r] = static_cast<float>(kLeastLength * deviation);
    }
    align_simd().add_and_normalise(y + begin * joint_, count, joint_, factors + begin * terms, basis, terms,
                                   least + begin);
  }
}

}  // namespace relprompt::kernels
