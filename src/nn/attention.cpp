#include "nn/attention.h"

#include <cmath>

#include <torch/version.h>

#include "nn/attention_function.h"
#include "nn/optional.h"

namespace relprompt::nn {
namespace {

/// softmax(q k^T / sqrt(d) + mask) v for q [B, H, T, d], k and v [B, H, S, d].
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& mask) {
#if TORCH_VERSION_MAJOR >= 2
  const auto bias = mask.defined() ? Optional<torch::Tensor>(mask.to(q.dtype())) : Optional<torch::Tensor>();
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

torch::Tensor AttentionImpl::project(const torch::Tensor& x, std::int64_t first, std::int64_t parts) const {
  const auto width = in_proj_weight.size(1);
  return linear(x, in_proj_weight.narrow(0, first * width, parts * width),
                in_proj_bias.narrow(0, first * width, parts * width));
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& extra,
                                     const torch::Tensor& mask) {
  const auto qkv = project(x, 0, 3);
  const auto extra_kv = extra.defined() ? project(extra, 1, 2) : extra;
  const bool on_kernel = qkv.is_cpu() && qkv.scalar_type() == torch::kFloat32 && !mask.defined();
  if (on_kernel) return out_proj(kernel_attention(qkv, extra_kv, heads_));
  const auto own = qkv.chunk(3, -1);
  auto keys = own[1], values = own[2];
  if (extra.defined()) {
    const auto kv = extra_kv.chunk(2, -1);
    keys = torch::cat({keys, kv[0]}, 1);
    values = torch::cat({values, kv[1]}, 1);
  }
  const auto mixed = attend(split_heads(own[0]), split_heads(keys), split_heads(values), mask);
  return out_proj(mixed.transpose(1, 2).reshape(x.sizes()));
}

torch::Tensor AttentionImpl::value_only(const torch::Tensor& x) {
  return out_proj(project(x, 2, 1));
}

void AttentionImpl::use_bfloat16() {
  in_proj_weight.set_data(in_proj_weight.to(torch::kBFloat16));
  out_proj->use_bfloat16();
}

}  // namespace relprompt::nn
