// Multi-head self-attention of a CLIP block, with room for tokens that are only looked at.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "nn/linear.h"

namespace relprompt::nn {

/// Parameters carry OpenAI CLIP's names: in_proj_weight [3D, D] (queries, keys, values stacked),
/// in_proj_bias [3D], out_proj.{weight, bias}.
class AttentionImpl : public torch::nn::Module {
 public:
  AttentionImpl(std::int64_t width, std::int64_t heads);

  /// x [B, T, D]; extra [B, P, D] or undefined: tokens that give keys and values but ask nothing, because
  /// their outputs would be thrown away (exact: a prompt's own output is discarded after every layer).
  /// mask [T, T + P] or undefined, added to the scores. -> [B, T, D].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& extra = {},
                        const torch::Tensor& mask = {});

  /// out_proj(value projection of x), each token attending to itself alone: the dense features of MaskCLIP.
  /// [B, T, D] -> [B, T, D].
  torch::Tensor value_only(const torch::Tensor& x);

  /// Products with weights in bfloat16; scores, softmax and sums in fp32.
  void use_bfloat16();

  torch::Tensor in_proj_weight, in_proj_bias;
  Linear out_proj{nullptr};

  std::int64_t heads() const { return heads_; }

 private:
  /// x times some of the stacked projections: 0 queries, 1 keys, 2 values.
  torch::Tensor project(const torch::Tensor& x, std::int64_t first, std::int64_t parts) const;
  torch::Tensor split_heads(const torch::Tensor& x) const;

  std::int64_t heads_;
};
TORCH_MODULE(Attention);

}  // namespace relprompt::nn
