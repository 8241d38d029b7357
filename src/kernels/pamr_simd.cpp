// Compiled once an instruction set, as simd_kernels.cpp is and under the same rules; RELPROMPT_PAMR_SIMD
// names the table that this copy fills.
#include "kernels/pamr_simd.h"

#include "kernels/exponential.h"

namespace relprompt::kernels {
namespace {

constexpr std::int64_t kChannels = 3;

/// What |pixel - neighbour| of a channel is multiplied by: 1 / (1e-8 + 0.1 deviation), over the channels'
/// number. The deviation is unbiased, over the neighbours and, once a dilation, the pixel itself.
void distance_scale(const float* pixel, const float* const* near, std::int64_t taps, std::int64_t count,
                    float* scale) {
  const auto centres = static_cast<float>(taps / kPamrTaps);
  const float values = static_cast<float>(taps) + centres;
  float mean[kPamrPiece];
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) mean[i] = centres * pixel[i];
  for (std::int64_t k = 0; k < taps; ++k) {
    const float* value = near[k];
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) mean[i] += value[i];
  }
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    mean[i] /= values;
    scale[i] = centres * (pixel[i] - mean[i]) * (pixel[i] - mean[i]);
  }
  for (std::int64_t k = 0; k < taps; ++k) {
    const float* value = near[k];
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) scale[i] += (value[i] - mean[i]) * (value[i] - mean[i]);
  }
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float deviation = __builtin_sqrtf(scale[i] / (values - 1.0f));
    scale[i] = 1.0f / ((1e-8f + 0.1f * deviation) * static_cast<float>(kChannels));
  }
}

/// distances += |pixel - neighbour| * scale, neighbour by neighbour.
void add_distances(const float* pixel, const float* const* near, std::int64_t taps, const float* scale,
                   std::int64_t count, float* distances, std::int64_t stride) {
  for (std::int64_t k = 0; k < taps; ++k) {
    const float* value = near[k];
    float* to = distances + k * stride;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) to[i] += __builtin_fabsf(pixel[i] - value[i]) * scale[i];
  }
}

/// Distances become e^-distance over its sum, pixel by pixel.
void softmax_of_negatives(std::int64_t taps, std::int64_t count, float* distances, std::int64_t stride) {
  float least[kPamrPiece], total[kPamrPiece];
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    least[i] = distances[i];
    total[i] = 0;
  }
  for (std::int64_t k = 1; k < taps; ++k) {
    const float* distance = distances + k * stride;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) least[i] = distance[i] < least[i] ? distance[i] : least[i];
  }
  for (std::int64_t k = 0; k < taps; ++k) {
    float* distance = distances + k * stride;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      distance[i] = exp_negative(least[i] - distance[i]);
      total[i] += distance[i];
    }
  }
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) total[i] = 1.0f / total[i];
  for (std::int64_t k = 0; k < taps; ++k) {
    float* distance = distances + k * stride;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) distance[i] *= total[i];
  }
}

void neighbour_weights(const float* const* pixels, const float* const* near, std::int64_t taps,
                       std::int64_t count, float* weights, std::int64_t stride) {
  float scale[kPamrPiece];
  for (std::int64_t k = 0; k < taps; ++k) {
    for (std::int64_t i = 0; i < count; ++i) weights[k * stride + i] = 0;
  }
  for (std::int64_t c = 0; c < kChannels; ++c) {
    distance_scale(pixels[c], near + c * taps, taps, count, scale);
    add_distances(pixels[c], near + c * taps, taps, scale, count, weights, stride);
  }
  softmax_of_negatives(taps, count, weights, stride);
}

/// The choice of adding is made when this is compiled: the loop is all that a refinement costs.
template <bool kAdd>
void sum_of_eight(const float* const* near, const float* weights, std::int64_t stride, std::int64_t count,
                  float* to) {
  const float *a = near[0], *b = near[1], *c = near[2], *d = near[3];
  const float *e = near[4], *f = near[5], *g = near[6], *h = near[7];
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float* w = weights + i;
    float sum = w[0] * a[i] + w[stride] * b[i] + w[2 * stride] * c[i] + w[3 * stride] * d[i];
    sum += w[4 * stride] * e[i] + w[5 * stride] * f[i] + w[6 * stride] * g[i] + w[7 * stride] * h[i];
    to[i] = kAdd ? to[i] + sum : sum;
  }
}

void weighted_sum(const float* const* near, const float* weights, std::int64_t stride, std::int64_t count,
                  bool add, float* to) {
  (add ? sum_of_eight<true> : sum_of_eight<false>)(near, weights, stride, count, to);
}

}  // namespace

extern const PamrSimd RELPROMPT_PAMR_SIMD;
const PamrSimd RELPROMPT_PAMR_SIMD = {neighbour_weights, weighted_sum};

}  // namespace relprompt::kernels
