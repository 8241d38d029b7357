#include "engine/patch_labels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/bilinear_axis.h"
#include "kernels/exponential.h"
#include "kernels/pamr.h"

namespace relprompt::engine {
namespace {

constexpr std::int64_t kTogether = 8;  // planes at full size

/// The best name of every pixel so far, and the sum of exponentials that its probability is of.
struct BestNames {
  explicit BestNames(std::size_t pixels)
      : score(pixels, -std::numeric_limits<float>::infinity()), total(pixels), name(pixels) {}

  /// plane: scores of a name at all pixels.
  void add(const float* plane, float scale, std::int32_t index) {
    const auto count = static_cast<std::int64_t>(score.size());
#pragma omp parallel for simd
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float value = scale * plane[i], best = std::max(score[at], value);
      total[at] = total[at] * kernels::exp_negative(score[at] - best) + kernels::exp_negative(value - best);
      name[at] = value > score[at] ? index : name[at];
      score[at] = best;
    }
  }

  std::vector<float> score, total;
  std::vector<std::int32_t> name;
};

/// Names [first, first + count) at every pixel, planes of the image's size.
void enlarge(const NamedPatches& image, std::int64_t first, std::int64_t count,
             const kernels::BilinearAxis& down, const kernels::BilinearAxis& across, float* planes) {
  const auto height = image.size.height, width = image.size.width;
#pragma omp parallel for collapse(2)
  for (std::int64_t k = 0; k < count; ++k) {
    for (std::int64_t y = 0; y < height; ++y) {
      const auto row = static_cast<std::size_t>(y);
      const auto value = [&](std::int64_t cell_y, std::int64_t cell_x) {
        return image.cosines[(cell_y * image.grid.width + cell_x) * image.names + first + k];
      };
      const float v = down.weight[row];
      float* to = planes + (k * height + y) * width;
      for (std::int64_t x = 0; x < width; ++x) {
        const auto column = static_cast<std::size_t>(x);
        const auto low = across.low[column], high = across.high[column];
        const float u = across.weight[column];
        to[x] = (1 - v) * ((1 - u) * value(down.low[row], low) + u * value(down.low[row], high)) +
                v * ((1 - u) * value(down.high[row], low) + u * value(down.high[row], high));
      }
    }
  }
}

BestNames name_pixels(const NamedPatches& image, float scale) {
  const auto pixels = image.size.height * image.size.width;
  const auto down = kernels::bilinear_axis(image.grid.height, image.size.height),
             across = kernels::bilinear_axis(image.grid.width, image.size.width);
  kernels::Pamr refinement(image.pixels, image.size);
  BestNames best(static_cast<std::size_t>(pixels));
  std::vector<float> planes(static_cast<std::size_t>(std::min(kTogether, image.names) * pixels));
  for (std::int64_t first = 0; first < image.names; first += kTogether) {
    const auto count = std::min(kTogether, image.names - first);
    enlarge(image, first, count, down, across, planes.data());
    refinement.refine(planes.data(), count);
    for (std::int64_t k = 0; k < count; ++k) {
      best.add(planes.data() + k * pixels, scale, static_cast<std::int32_t>(first + k));
    }
  }
  return best;
}

}  // namespace

std::vector<std::int32_t> patch_labels(const NamedPatches& image, double scale, double threshold) {
  const auto best = name_pixels(image, static_cast<float>(scale));
  const auto least = static_cast<float>(threshold);
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> counts;
  for (std::int64_t cell = 0; cell < image.grid.size(); ++cell) {
    counts.assign(static_cast<std::size_t>(image.names), 0);
    const auto top = cell / image.grid.width * image.patch, left = cell % image.grid.width * image.patch;
    for (auto y = top; y < top + image.patch; ++y) {
      for (auto x = left; x < left + image.patch; ++x) {
        const auto at = static_cast<std::size_t>(y * image.size.width + x);
        // The best name's own exponential is 1.
        const bool sure = !(1.0f / best.total[at] < least);
        ++counts[sure ? static_cast<std::size_t>(best.name[at]) : 0];
      }
    }
    labels.push_back(
        static_cast<std::int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin()));
  }
  return labels;
}

}  // namespace relprompt::engine
