#include "engine/neighbourhood.h"

#include <algorithm>
#include <cmath>

namespace relprompt::engine {
namespace {

/// The Gaussian of a distance along one axis; that of two axes is their product.
std::vector<float> along(std::int64_t side, double sigma) {
  std::vector<float> all;
  for (std::int64_t distance = 1 - side; distance < side; ++distance) {
    const auto far = static_cast<double>(distance) / sigma;
    all.push_back(static_cast<float>(std::exp(-far * far / 2)));
  }
  return all;
}

}  // namespace

Neighbourhood::Neighbourhood(const LayerState& state, double sigma)
    : grid_(state.grid),
      first_patch_(state.layout.first_patch),
      down_(along(grid_.height, sigma)),
      across_(along(grid_.width, sigma)) {}

void Neighbourhood::edit(std::int64_t, std::int64_t begin, std::int64_t end, float* scores,
                         std::int64_t stride) const {
  for (auto token = std::max(begin, first_patch_); token < end; ++token) {
    const auto y = (token - first_patch_) / grid_.width, x = (token - first_patch_) % grid_.width;
    const float* across = across_.data() + grid_.width - 1 - x;  // of column 0
    float* row = scores + (token - begin) * stride + first_patch_;
    for (std::int64_t other = 0; other < grid_.height; ++other, row += grid_.width) {
      const float down = down_[static_cast<std::size_t>(other - y + grid_.height - 1)];
      for (std::int64_t i = 0; i < grid_.width; ++i) row[i] += down * across[i];
    }
  }
}

}  // namespace relprompt::engine
