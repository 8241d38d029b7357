#include "engine/attention_distance.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/gemm.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"
#include "kernels/softmax.h"

namespace relprompt::engine {
namespace {

// Scores held at once, 16 MiB: an image of many patches takes its queries in portions.
constexpr std::int64_t kMostScores = std::int64_t{1} << 22;

double distance(Grid grid, std::int64_t a, std::int64_t b) {
  const auto y = static_cast<double>(a / grid.width - b / grid.width),
             x = static_cast<double>(a % grid.width - b % grid.width);
  return std::sqrt(y * y + x * x);
}

/// Sum over the queries of one head. qk [N, 2 * width]: queries and keys of a patch; head h has the columns
/// from h * size on of both halves.
double distance_sum(const std::vector<float>& qk, std::int64_t width, std::int64_t first, std::int64_t size,
                    Grid grid, std::vector<float>& scores) {
  const auto patches = grid.size(), portion = std::max<std::int64_t>(1, kMostScores / patches);
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  double sum = 0;
  for (std::int64_t begin = 0; begin < patches; begin += portion) {
    const auto count = std::min(portion, patches - begin);
    scores.resize(static_cast<std::size_t>(count * patches));
    kernels::gemm(kernels::Side::kPlain, kernels::Side::kTransposed, count, patches, size, scale,
                  qk.data() + begin * 2 * width + first, 2 * width, qk.data() + width + first, 2 * width, 0,
                  scores.data(), patches);
    kernels::softmax_rows(scores.data(), count, patches);
#pragma omp parallel for reduction(+ : sum)
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t k = 0; k < patches; ++k) {
        sum += static_cast<double>(scores[static_cast<std::size_t>(i * patches + k)]) *
               distance(grid, begin + i, k);
      }
    }
  }
  return sum;
}

}  // namespace

std::vector<double> attention_distance(const TowerWeights& weights, const model::VisionConfig& vision,
                                       const LayerState& state) {
  const auto stem = "transformer.resblocks." + std::to_string(state.layer) + ".";
  const auto norm_weight = weights.at(stem + "ln_1.weight"), norm_bias = weights.at(stem + "ln_1.bias"),
             qkv_weight = weights.at(stem + "attn.in_proj_weight"),
             qkv_bias = weights.at(stem + "attn.in_proj_bias");
  const auto d = vision.width, n = state.grid.size(), size = d / vision.heads;
  std::vector<float> normed(static_cast<std::size_t>(n * d)), qk(static_cast<std::size_t>(n * 2 * d)), scores;
  kernels::layer_norm(state.tokens + state.layout.first_patch * d, n, d, norm_weight.floats(),
                      norm_bias.floats(), vision.norm_epsilon, normed.data());
  kernels::linear(normed.data(), n, d, qkv_weight.floats(), qkv_bias.floats(), 2 * d, qk.data());
  std::vector<double> distances;
  for (std::int64_t h = 0; h < vision.heads; ++h) {
    distances.push_back(distance_sum(qk, d, h * size, size, state.grid, scores) / static_cast<double>(n));
  }
  return distances;
}

}  // namespace relprompt::engine
