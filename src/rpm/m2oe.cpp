#include "rpm/m2oe.h"

#include <algorithm>
#include <limits>
#include <string>

namespace relprompt::rpm {

M2oeImpl::M2oeImpl(std::int64_t width, const model::M2oeOptions& options) : options_(options) {
  const auto rank = options.rank;
  down = register_module("down", nn::Linear(width, rank));
  gate_ = register_parameter("gate", torch::empty({rank, options.experts}));
  noise_ = register_parameter("noise", torch::empty({rank, options.experts}));
  const auto list = register_module("experts", std::make_shared<torch::nn::Module>("experts"));
  for (std::int64_t j = 0; j < options.experts; ++j) {
    const auto conv = list->register_module(std::to_string(j), std::make_shared<torch::nn::Module>("conv"));
    experts_.push_back({conv->register_parameter("weight", torch::empty({rank, 1, 3, 3})),
                        conv->register_parameter("bias", torch::empty({rank}))});
  }
  up = register_module("up", nn::Linear(rank, width));
}

torch::Tensor M2oeImpl::scores(const torch::Tensor& x, const torch::Tensor& noise) {
  if (!options_.gate) return torch::full({x.size(0), options_.experts}, 1.0 / options_.experts, x.options());
  const auto a = x.mean(1);
  auto s = torch::matmul(a, gate_);
  if (noise.defined()) s = s + noise * at::softplus(torch::matmul(a, noise_));
  const auto [top, index] = s.topk(options_.top_k, -1);
  const auto none = torch::full_like(s, -std::numeric_limits<float>::infinity());
  return none.scatter(-1, index, top).softmax(-1);
}

torch::Tensor M2oeImpl::expert(std::int64_t index, const torch::Tensor& maps, nn::Grid grid) {
  const nn::Grid scale = {std::max<std::int64_t>(1, grid.height >> index),
                          std::max<std::int64_t>(1, grid.width >> index)};
  const auto& conv = experts_[static_cast<std::size_t>(index)];
  const auto y = at::conv2d(nn::resize_maps(maps, scale), conv.weight, conv.bias, /*stride=*/1, /*padding=*/1,
                            /*dilation=*/1, /*groups=*/options_.rank);
  return nn::resize_maps(y, grid);
}

torch::Tensor M2oeImpl::forward(const torch::Tensor& p, nn::Grid grid, const torch::Tensor& noise) {
  const auto x = down(p);
  const auto g = scores(x, noise);
  const auto maps = x.transpose(1, 2).reshape({p.size(0), options_.rank, grid.height, grid.width});
  // The paper maps each expert back to D and then mixes. `up` is linear and the weights sum to one, so mixing
  // first gives the same with one product instead of one an expert.
  torch::Tensor mixed;
  for (std::int64_t j = 0; j < options_.experts; ++j) {
    const auto part = g.select(1, j).reshape({-1, 1, 1, 1}) * expert(j, maps, grid);
    mixed = mixed.defined() ? mixed + part : part;
  }
  return p + up(mixed.flatten(2).transpose(1, 2));
}

}  // namespace relprompt::rpm
