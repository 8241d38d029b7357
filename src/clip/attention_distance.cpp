#include "clip/attention_distance.h"

#include <algorithm>
#include <cmath>

#include "nn/linear.h"

namespace relprompt::clip {
namespace {

// Scores held at once, 16 MiB: a photo of many patches takes its queries in portions.
constexpr std::int64_t kMostScores = std::int64_t{1} << 22;

/// Row and column of every patch, [N] each.
struct Places {
  torch::Tensor y, x;

  Places(nn::Grid grid, const torch::TensorOptions& options)
      : y(torch::arange(grid.height, options).repeat_interleave(grid.width)),
        x(torch::arange(grid.width, options).repeat({grid.height})) {}

  /// [count, N]
  torch::Tensor distances(std::int64_t first, std::int64_t count) const {
    const auto along = [&](const torch::Tensor& axis) {
      return (axis.narrow(0, first, count).unsqueeze(1) - axis.unsqueeze(0)).square();
    };
    return (along(y) + along(x)).sqrt();
  }
};

/// q and k [N, d] of one head -> sum over the queries, fp64.
torch::Tensor distance_sum(const torch::Tensor& q, const torch::Tensor& k, const Places& places) {
  const auto patches = q.size(0), portion = std::max<std::int64_t>(1, kMostScores / patches);
  auto sum = torch::zeros({}, q.options().dtype(torch::kFloat64));
  for (std::int64_t first = 0; first < patches; first += portion) {
    const auto count = std::min(portion, patches - first);
    const auto weights = torch::matmul(q.narrow(0, first, count), k.t()).softmax(-1);
    sum += (weights * places.distances(first, count)).sum(torch::kFloat64);
  }
  return sum;
}

}  // namespace

torch::Tensor attention_distance(nn::TransformerBlock& block, const torch::Tensor& tokens, nn::Grid grid,
                                 std::int64_t heads) {
  const auto patches = block->ln_1(tokens.narrow(1, 1, grid.size()));
  const auto width = patches.size(2), head = width / heads;
  const auto& attention = *block->attn;
  const auto qk = nn::linear(patches, attention.in_proj_weight.narrow(0, 0, 2 * width),
                             attention.in_proj_bias.narrow(0, 0, 2 * width));
  const auto q = qk.narrow(2, 0, width) / std::sqrt(static_cast<double>(head));
  const auto k = qk.narrow(2, width, width);
  const Places places(grid, q.options());
  auto result = torch::empty({tokens.size(0), heads}, torch::kFloat64);
  for (std::int64_t b = 0; b < tokens.size(0); ++b) {
    for (std::int64_t h = 0; h < heads; ++h) {
      const auto of_head = [&](const torch::Tensor& x) { return x[b].narrow(1, h * head, head); };
      result[b][h] = distance_sum(of_head(q), of_head(k), places) / static_cast<double>(grid.size());
    }
  }
  return result;
}

}  // namespace relprompt::clip
