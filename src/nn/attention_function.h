// Attention on src/kernels with its gradients, as one node of LibTorch's graph.
//
// LibTorch's graph keeps the scores and their softmax, [B, H, T, T + P] each: 200 MB a layer for two images
// of 512x512. This node keeps queries, keys and values alone and computes the scores again, tile by tile.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace relprompt::nn {

/// softmax(q k^T / sqrt(D / heads)) v with the keys and values of all tokens and extra tokens.
/// qkv [B, T, 3D], queries, keys, values; extra_kv [B, P, 2D], keys, values, or undefined; fp32 on the CPU
/// -> [B, T, D]. Differentiable once in both; what asks for no gradient costs none.
torch::Tensor kernel_attention(const torch::Tensor& qkv, const torch::Tensor& extra_kv, std::int64_t heads);

}  // namespace relprompt::nn
