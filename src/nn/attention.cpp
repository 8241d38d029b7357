#include "nn/attention.h"

#include <torch/version.h>

#include <cmath>

namespace relprompt::nn {
namespace {

/// softmax(q k^T / sqrt(d) + mask) v for q [B, H, T, d], k and v [B, H, S, d].
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& mask) {
#if TORCH_VERSION_MAJOR >= 2
  const auto bias = mask.defined() ? c10::optional<torch::Tensor>(mask.to(q.dtype())) : c10::nullopt;
  return at::scaled_dot_product_attention(q, k, v, bias);
#else
  auto scores = torch::matmul(q * (1.0 / std::sqrt(static_cast<double>(q.size(-1)))), k.transpose(-2, -1));
  if (mask.defined()) scores = scores + mask.to(scores.dtype());
  return torch::matmul(scores.softmax(-1), v);
#endif
}

}  // namespace

AttentionImpl::AttentionImpl(std::int64_t width, std::int64_t heads) : heads_(heads) {
  in_proj_weight = register_parameter("in_proj_weight", torch::empty({3 * width, width}));
  in_proj_bias = register_parameter("in_proj_bias", torch::empty({3 * width}));
  out_proj = register_module("out_proj", Linear(width, width));
}

torch::Tensor AttentionImpl::split_heads(const torch::Tensor& x) const {
  return x.reshape({x.size(0), x.size(1), heads_, x.size(2) / heads_}).transpose(1, 2);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& extra,
                                     const torch::Tensor& mask) {
  const auto width = out_proj->weight.size(0);
  const auto input = x.to(in_proj_weight.dtype());
  const auto qkv = at::linear(input, in_proj_weight, in_proj_bias).chunk(3, -1);
  auto keys = qkv[1], values = qkv[2];
  if (extra.defined()) {
    const auto kv = at::linear(extra.to(in_proj_weight.dtype()), in_proj_weight.narrow(0, width, 2 * width),
                               in_proj_bias.narrow(0, width, 2 * width))
                        .chunk(2, -1);
    keys = torch::cat({keys, kv[0]}, 1);
    values = torch::cat({values, kv[1]}, 1);
  }
  const auto mixed = attend(split_heads(qkv[0]), split_heads(keys), split_heads(values), mask);
  return out_proj(mixed.transpose(1, 2).reshape(x.sizes()));
}

torch::Tensor AttentionImpl::value_only(const torch::Tensor& x) {
  const auto width = out_proj->weight.size(0);
  return out_proj(at::linear(x.to(in_proj_weight.dtype()), in_proj_weight.narrow(0, 2 * width, width),
                             in_proj_bias.narrow(0, 2 * width, width)));
}

}  // namespace relprompt::nn
