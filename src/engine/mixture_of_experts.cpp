#include "engine/mixture_of_experts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace relprompt::engine {
namespace {

/// Indices of the k largest numbers.
std::vector<std::size_t> largest(const std::vector<float>& values, std::size_t k) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
  order.resize(std::min(k, order.size()));
  return order;
}

}  // namespace

ExpertMixture::ExpertMixture(const model::M2oeOptions& options,
                             const std::function<model::Tensor(const std::string&)>& at)
    : options_(options), gate_(at("gate").values()) {
  experts_.channels = options.rank;
  const auto append = [](const model::Tensor& tensor, std::vector<float>& to) {
    to.insert(to.end(), tensor.floats(), tensor.floats() + tensor.elements());
  };
  for (std::int64_t j = 0; j < options.experts; ++j) {
    const auto stem = "experts." + std::to_string(j);
    append(at(stem + ".weight"), experts_.weight);
    append(at(stem + ".bias"), experts_.bias);
  }
}

std::vector<float> ExpertMixture::gate_of(const float* x, std::int64_t patches) const {
  const auto experts = static_cast<std::size_t>(options_.experts),
             rank = static_cast<std::size_t>(options_.rank);
  if (!options_.gate) return std::vector<float>(experts, 1.0f / static_cast<float>(experts));
  std::vector<double> mean(rank, 0.0);
  for (std::int64_t i = 0; i < patches; ++i) {
    for (std::size_t r = 0; r < rank; ++r)
      mean[r] += static_cast<double>(x[static_cast<std::size_t>(i) * rank + r]);
  }
  std::vector<float> scores(experts, 0.0f), gate(experts, 0.0f);
  for (std::size_t j = 0; j < experts; ++j) {
    double score = 0;
    for (std::size_t r = 0; r < rank; ++r) {
      score += mean[r] / static_cast<double>(patches) * static_cast<double>(gate_[r * experts + j]);
    }
    scores[j] = static_cast<float>(score);
  }
  const auto chosen = largest(scores, static_cast<std::size_t>(options_.top_k));
  double total = 0;
  for (const auto j : chosen) total += std::exp(static_cast<double>(scores[j] - scores[chosen.front()]));
  for (const auto j : chosen) {
    gate[j] = static_cast<float>(std::exp(static_cast<double>(scores[j] - scores[chosen.front()])) / total);
  }
  return gate;
}

void ExpertMixture::mix(const float* x, Grid grid, float* mixed) const {
  const auto gate = gate_of(x, grid.size());
  kernels::mix_experts(experts_, x, grid.height, grid.width, gate.data(), mixed);
}

}  // namespace relprompt::engine
