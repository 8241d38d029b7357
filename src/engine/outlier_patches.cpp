#include "engine/outlier_patches.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/simd_kernels.h"

namespace relprompt::engine {
namespace {

constexpr std::int64_t kMostNeighbours = 30;
constexpr float kUsualShare = 0.95f;

/// Each patch's nearest others, in no order.
struct Neighbours {
  Neighbours(std::int64_t patches, std::int64_t neighbours)
      : count(neighbours),
        index(static_cast<std::size_t>(patches * neighbours)),
        radius(static_cast<std::size_t>(patches)) {}

  std::int64_t count;
  std::vector<std::int32_t> index;  ///< [patches, count]
  std::vector<float> radius;        ///< squared distance to the farthest of them
};

struct Other {
  float distance;
  std::int32_t index;
  bool operator<(const Other& than) const {
    return distance < than.distance || (distance == than.distance && index < than.index);
  }
};

/// Stores the nearest of `others`, which are all but patch i; their order changes.
void store_nearest(std::int64_t i, std::vector<Other>& others, Neighbours& found) {
  const auto last = others.begin() + found.count - 1;
  std::nth_element(others.begin(), last, others.end());
  found.radius[static_cast<std::size_t>(i)] = last->distance;
  auto to = found.index.begin() + i * found.count;
  for (auto each = others.begin(); each <= last; ++each) *to++ = each->index;
}

Neighbours neighbours_of(const float* x, std::int64_t patches, std::int64_t width, std::int64_t count) {
  Neighbours found(patches, count);
#pragma omp parallel for schedule(dynamic, 16)
  for (std::int64_t i = 0; i < patches; ++i) {
    thread_local std::vector<float> distances;
    thread_local std::vector<Other> others;
    distances.resize(static_cast<std::size_t>(patches));
    kernels::simd_kernels().squared_distances(x, patches, width, x + i * width, distances.data());
    others.clear();
    for (std::int64_t j = 0; j < patches; ++j) {
      if (j == i) continue;
      // What is no number is far away: an order needs numbers.
      const float distance = distances[static_cast<std::size_t>(j)];
      others.push_back(
          {distance >= 0 ? distance : std::numeric_limits<float>::infinity(), static_cast<std::int32_t>(j)});
    }
    store_nearest(i, others, found);
  }
  return found;
}

/// The number below which this share of all lies, between two of them in proportion; NaN if one is that.
float quantile(std::vector<float> all, float share) {
  if (std::any_of(all.begin(), all.end(), [](float each) { return std::isnan(each); })) return NAN;
  std::sort(all.begin(), all.end());
  const float place = share * static_cast<float>(all.size() - 1), below = std::floor(place);
  const auto at = static_cast<std::size_t>(below), next = std::min(at + 1, all.size() - 1);
  const float part = place - below, low = all[at], high = all[next];
  return part < 0.5f ? low + part * (high - low) : high - (high - low) * (1 - part);
}

}  // namespace

OutlierPatches find_outliers(const float* x, std::int64_t patches, std::int64_t width) {
  OutlierPatches result;
  result.scores.assign(static_cast<std::size_t>(patches), 1.0f);
  if (patches < 3) return result;
  const auto count = patches > kMostNeighbours ? kMostNeighbours : (patches - 1) / 2;
  const auto near = neighbours_of(x, patches, width, count);
  for (std::int64_t i = 0; i < patches; ++i) {
    float sum = 0;
    for (auto k = i * count; k < (i + 1) * count; ++k) {
      const auto j = static_cast<std::size_t>(near.index[static_cast<std::size_t>(k)]);
      sum += near.radius[static_cast<std::size_t>(i)] / near.radius[j];
    }
    result.scores[static_cast<std::size_t>(i)] = sum / static_cast<float>(count);
  }
  const float bound = quantile(result.scores, kUsualShare);
  for (std::int64_t i = 0; i < patches; ++i) {
    if (result.scores[static_cast<std::size_t>(i)] > bound) result.patches.push_back(i);
  }
  return result;
}

void repair_outliers(const float* x, Grid grid, std::int64_t width, const OutlierPatches& outliers,
                     float* y) {
  std::copy_n(x, grid.size() * width, y);
  const auto is_outlier = [&](std::int64_t patch) {
    return std::binary_search(outliers.patches.begin(), outliers.patches.end(), patch);
  };
  for (const auto patch : outliers.patches) {
    const auto row = patch / grid.width, column = patch % grid.width;
    std::vector<float> sum(static_cast<std::size_t>(width));
    std::int64_t count = 0;
    for (auto r = std::max<std::int64_t>(row - 1, 0); r <= std::min(row + 1, grid.height - 1); ++r) {
      for (auto c = std::max<std::int64_t>(column - 1, 0); c <= std::min(column + 1, grid.width - 1); ++c) {
        const auto other = r * grid.width + c;
        if (is_outlier(other)) continue;
        const float* from = x + other * width;
        for (std::int64_t i = 0; i < width; ++i) sum[static_cast<std::size_t>(i)] += from[i];
        ++count;
      }
    }
    if (count == 0) continue;
    float* to = y + patch * width;
    for (std::int64_t i = 0; i < width; ++i) {
      to[i] = sum[static_cast<std::size_t>(i)] / static_cast<float>(count);
    }
  }
}

}  // namespace relprompt::engine
