// Compiled once an instruction set, as simd_kernels.cpp is and under the same rules; RELPROMPT_LABEL_SIMD
// names the table that this copy fills.
#include "kernels/label_simd.h"

#include "kernels/exponential.h"

namespace relprompt::kernels {
namespace {

/// 1 / (1 + e^-x), without overflow for either sign.
inline float sigmoid_of(float x) {
  const float e = exp_negative(-__builtin_fabsf(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

inline float* row_of(const Rows& rows, std::int64_t index) {
  return rows.data + index * rows.stride;
}

void interpolate_columns(const float* from, const std::int32_t* low, const std::int32_t* high,
                         const float* weight, std::int64_t count, float* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float a = from[low[i]], b = from[high[i]];
    to[i] = a + weight[i] * (b - a);
  }
}

void add_interpolated_rows(const Rows& from, const std::int32_t* low, const std::int32_t* high,
                           std::int32_t first, const float* weight, bool sigmoid, const Rows& sums) {
  for (std::int64_t r = 0; r < sums.count; ++r) {
    const float* a = row_of(from, low[r] - first);
    const float* b = row_of(from, high[r] - first);
    float* sum = row_of(sums, r);
    const float w = weight[r];
    if (sigmoid) {
#pragma omp simd
      for (std::int64_t i = 0; i < sums.length; ++i) sum[i] += sigmoid_of(a[i] + w * (b[i] - a[i]));
    } else {
#pragma omp simd
      for (std::int64_t i = 0; i < sums.length; ++i) sum[i] += a[i] + w * (b[i] - a[i]);
    }
  }
}

void interpolate_rows(const Rows& from, const std::int32_t* low, const std::int32_t* high, std::int32_t first,
                      const float* weight, const Rows& to) {
  for (std::int64_t r = 0; r < to.count; ++r) {
    const float* a = row_of(from, low[r] - first);
    const float* b = row_of(from, high[r] - first);
    float* y = row_of(to, r);
    const float w = weight[r];
#pragma omp simd
    for (std::int64_t i = 0; i < to.length; ++i) y[i] = a[i] + w * (b[i] - a[i]);
  }
}

void add_exponentials(const Rows& from, const Rows& above, const Rows& sums) {
  for (std::int64_t r = 0; r < sums.count; ++r) {
    const float* a = row_of(from, r);
    const float* b = row_of(above, r);
    float* sum = row_of(sums, r);
#pragma omp simd
    for (std::int64_t i = 0; i < sums.length; ++i) sum[i] += exp_negative(a[i] - b[i]);
  }
}

void keep_larger(const Rows& from, const Rows& to) {
  for (std::int64_t r = 0; r < to.count; ++r) {
    const float* a = row_of(from, r);
    float* b = row_of(to, r);
#pragma omp simd
    for (std::int64_t i = 0; i < to.length; ++i) b[i] = a[i] > b[i] ? a[i] : b[i];
  }
}

void scale(const Rows& factor, const Rows& to) {
  for (std::int64_t r = 0; r < to.count; ++r) {
    const float* a = row_of(factor, r);
    float* b = row_of(to, r);
#pragma omp simd
    for (std::int64_t i = 0; i < to.length; ++i) b[i] *= a[i];
  }
}

void keep_best(const float* low, const float* high, float weight, float penalty, std::int32_t name,
               std::int64_t count, float* best, std::int32_t* label) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float score = low[i] + weight * (high[i] - low[i]) - penalty;
    const bool better = score > best[i] || (score == best[i] && name < label[i]);
    best[i] = better ? score : best[i];
    label[i] = better ? name : label[i];
  }
}

void add_to_softmax(const float* values, std::int64_t count, float* most, float* total) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float above = values[i] - most[i];  // infinite at first, and its exponential 0
    const float e = exp_negative(-__builtin_fabsf(above));
    total[i] = above > 0.0f ? total[i] * e + 1.0f : total[i] + e;
    most[i] = above > 0.0f ? values[i] : most[i];
  }
}

void keep_probability(const float* values, const float* log_total, std::int64_t count, float* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float below = values[i] - log_total[i];  // rounding can put a value above the total
    const float p = exp_negative(below > 0.0f ? 0.0f : below);
    to[i] = p > to[i] ? p : to[i];
  }
}

float smallest(const float* values, std::int64_t count) {
  float least = values[0];
#pragma omp simd reduction(min : least)
  for (std::int64_t i = 0; i < count; ++i) least = values[i] < least ? values[i] : least;
  return least;
}

}  // namespace

extern const LabelSimd RELPROMPT_LABEL_SIMD;
const LabelSimd RELPROMPT_LABEL_SIMD = {
    interpolate_columns, add_interpolated_rows, interpolate_rows, add_exponentials, keep_larger, scale,
    keep_best,           add_to_softmax,        keep_probability, smallest};

}  // namespace relprompt::kernels
