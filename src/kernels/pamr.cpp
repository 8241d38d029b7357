#include "kernels/pamr.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/pamr_simd.h"

namespace relprompt::kernels {
namespace {

/// Planes that go through a step together: a piece of a row's weights then serves all of them from the
/// first-level cache.
constexpr std::int64_t kGroup = 8;

/// Rows of a plane with borders beside them that repeat their ends; rows beyond the plane are its first and
/// last one.
struct Padded {
  float* data;  ///< of a plane's first row, its border included
  std::int64_t height, width, border;

  std::int64_t stride() const { return width + 2 * border; }
  /// Column 0 of row y, which may lie outside.
  float* row(std::int64_t y) const {
    return data + std::clamp<std::int64_t>(y, 0, height - 1) * stride() + border;
  }
  void fill_border(std::int64_t y) const {
    float* values = row(y);
    std::fill_n(values - border, border, values[0]);
    std::fill_n(values + width, border, values[width - 1]);
  }
};

/// The 8 places `dilation` pixels around (y, x) of a plane.
void neighbours(const Padded& plane, std::int64_t y, std::int64_t x, std::int64_t dilation,
                const float** near) {
  for (std::int64_t k = 0; k < 9; ++k) {
    if (k == 4) continue;
    *near++ = plane.row(y + (k / 3 - 1) * dilation) + x + (k % 3 - 1) * dilation;
  }
}

std::int64_t largest(const std::vector<int>& dilations) {
  return *std::max_element(dilations.begin(), dilations.end());
}

}  // namespace

std::int64_t pamr_reach(const PamrOptions& options) {
  // The weights of the last pixels that a plane's value comes from look one dilation less far than that value
  // has come, so one step without planes is a step as well.
  return std::max(options.steps, 1) * largest(options.dilations);
}

Pamr::Pamr(const float* image, ImageSize size, PamrOptions options)
    : size_(size),
      options_(std::move(options)),
      border_(largest(options_.dilations)),
      taps_(kPamrTaps * static_cast<std::int64_t>(options_.dilations.size())) {
  const auto height = size_.height, width = size_.width;
  const auto padded = height * (width + 2 * border_);
  float* channels = first_.reserve(kGroup * padded);  // three of them are less than a group
  float* weights = weights_.reserve(height * taps_ * width);
  const auto channel = [&](std::int64_t c) { return Padded{channels + c * padded, height, width, border_}; };
#pragma omp parallel
  {
#pragma omp for
    for (std::int64_t i = 0; i < 3 * height; ++i) {
      std::copy_n(image + i * width, width, channel(i / height).row(i % height));
      channel(i / height).fill_border(i % height);
    }
    std::vector<const float*> near(static_cast<std::size_t>(3 * taps_));
#pragma omp for
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; x += kPamrPiece) {
        std::array<const float*, 3> pixels;
        const float** next = near.data();
        for (std::int64_t c = 0; c < 3; ++c) {
          pixels[static_cast<std::size_t>(c)] = channel(c).row(y) + x;
          for (const int dilation : options_.dilations) {
            neighbours(channel(c), y, x, dilation, next);
            next += kPamrTaps;
          }
        }
        pamr_simd().neighbour_weights(pixels.data(), near.data(), taps_, std::min(kPamrPiece, width - x),
                                      weights + y * taps_ * width + x, width);
      }
    }
  }
}

void Pamr::refine(float* planes, std::int64_t count) {
  if (options_.steps == 0) return;
  const auto plane = size_.height * size_.width;
  for (std::int64_t first = 0; first < count; first += kGroup) {
    refine_group(planes + first * plane, std::min(kGroup, count - first));
  }
}

void Pamr::refine_group(float* planes, std::int64_t count) {
  const auto height = size_.height, width = size_.width;
  const auto padded = height * (width + 2 * border_);
  float* from = first_.reserve(kGroup * padded);
  float* to = second_.reserve(kGroup * padded);
#pragma omp parallel for
  for (std::int64_t i = 0; i < count * height; ++i) {
    const Padded plane{from + i / height * padded, height, width, border_};
    std::copy_n(planes + i * width, width, plane.row(i % height));
    plane.fill_border(i % height);
  }
  for (int step = 0; step < options_.steps; ++step) {
#pragma omp parallel for
    for (std::int64_t y = 0; y < height; ++y) step_row(y, from, count, to);
    std::swap(from, to);
  }
#pragma omp parallel for
  for (std::int64_t i = 0; i < count * height; ++i) {
    const Padded plane{from + i / height * padded, height, width, border_};
    std::copy_n(plane.row(i % height), width, planes + i * width);
  }
}

/// Row y of `count` planes after one more step, with its borders.
void Pamr::step_row(std::int64_t y, float* from, std::int64_t count, float* to) const {
  const auto height = size_.height, width = size_.width;
  const auto padded = height * (width + 2 * border_);
  const float* weights = weights_.data() + y * taps_ * width;
  std::array<const float*, kPamrTaps> near;
  for (std::int64_t x = 0; x < width; x += kPamrPiece) {
    for (std::int64_t i = 0; i < count; ++i) {
      const Padded source{from + i * padded, height, width, border_};
      const Padded target{to + i * padded, height, width, border_};
      const float* piece = weights + x;
      for (const int dilation : options_.dilations) {
        neighbours(source, y, x, dilation, near.data());
        pamr_simd().weighted_sum(near.data(), piece, width, std::min(kPamrPiece, width - x),
                                 piece != weights + x, target.row(y) + x);
        piece += kPamrTaps * width;
      }
    }
  }
  for (std::int64_t i = 0; i < count; ++i) Padded{to + i * padded, height, width, border_}.fill_border(y);
}

}  // namespace relprompt::kernels
