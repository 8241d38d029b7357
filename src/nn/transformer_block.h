// The pre-norm transformer block of both CLIP towers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "nn/attention.h"
#include "nn/linear.h"

namespace relprompt::nn {

/// Parameters carry OpenAI CLIP's names: ln_1, attn.*, ln_2, mlp.c_fc, mlp.c_proj.
class TransformerBlockImpl : public torch::nn::Module {
 public:
  /// mlp_width is the hidden size of the MLP, 4 * width in most published CLIPs.
  TransformerBlockImpl(std::int64_t width, std::int64_t heads, std::int64_t mlp_width, Activation activation,
                       double norm_epsilon = 1e-5);

  /// x [B, T, D] -> [B, T, D]. prompt [B, P, D] or undefined: tokens beside x whose outputs are discarded, so
  /// only their keys and values are computed. mask [T, T + P] or undefined, added to the attention scores.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& prompt = {},
                        const torch::Tensor& mask = {});

  /// forward without a mask that keeps only x and prompt for the backward pass and then runs again; equal to
  /// it bit for bit, see nn/activation_checkpointing.h. Weights that ask for a gradient get theirs, be they
  /// parameters or other tensors put into the members of the block's layers before the call.
  torch::Tensor forward_checkpointed(const torch::Tensor& x, const torch::Tensor& prompt = {});

  /// Dense features without mixing between tokens: the value path of the attention alone (MaskCLIP), or with
  /// residual and MLP as in the full block. [B, T, D] -> [B, T, D].
  torch::Tensor forward_dense(const torch::Tensor& x, bool residual_and_mlp);

  /// Matrix products in bfloat16; norms and the residual stream stay in fp32.
  void use_bfloat16();

  /// The tensors that a pass uses, by parameter name. Assigning to one gives coming passes another weight,
  /// which may be computed from others and carry a gradient; parameters() keeps what was loaded.
  std::map<std::string, torch::Tensor*> weights();

  torch::nn::LayerNorm ln_1{nullptr}, ln_2{nullptr};
  Attention attn{nullptr};

 private:
  torch::Tensor feed_forward(const torch::Tensor& x);

  Linear c_fc_{nullptr}, c_proj_{nullptr};
  Activation activation_;
};
TORCH_MODULE(TransformerBlock);

/// A stack of blocks; parameters are named resblocks.0.*, resblocks.1.*, ...
class TransformerImpl : public torch::nn::Module {
 public:
  TransformerImpl(std::int64_t width, std::int64_t layers, std::int64_t heads, std::int64_t mlp_width,
                  Activation activation, double norm_epsilon = 1e-5);

  std::int64_t layers() const { return static_cast<std::int64_t>(blocks_.size()); }
  /// layer is 0-based.
  TransformerBlock& block(std::int64_t layer) { return blocks_[static_cast<std::size_t>(layer)]; }
  void use_bfloat16();

 private:
  std::vector<TransformerBlock> blocks_;
};
TORCH_MODULE(Transformer);

}  // namespace relprompt::nn
