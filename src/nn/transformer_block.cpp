#include "nn/transformer_block.h"

#include <string>

#include "base/stage_timer.h"
#include "nn/activation_checkpointing.h"

namespace relprompt::nn {

TransformerBlockImpl::TransformerBlockImpl(std::int64_t width, std::int64_t heads, std::int64_t mlp_width,
                                           Activation activation, double norm_epsilon)
    : activation_(activation) {
  const auto norm = torch::nn::LayerNormOptions({width}).eps(norm_epsilon);
  ln_1 = register_module("ln_1", torch::nn::LayerNorm(norm));
  attn = register_module("attn", Attention(width, heads));
  ln_2 = register_module("ln_2", torch::nn::LayerNorm(norm));
  const auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>("mlp"));
  c_fc_ = mlp->register_module("c_fc", Linear(width, mlp_width));
  c_proj_ = mlp->register_module("c_proj", Linear(mlp_width, width));
}

torch::Tensor TransformerBlockImpl::feed_forward(const torch::Tensor& x) {
  return c_proj_(c_fc_->forward_activated(x, activation_));
}

torch::Tensor TransformerBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& prompt,
                                            const torch::Tensor& mask) {
  const auto extra = prompt.defined() ? ln_1(prompt) : prompt;
  const auto y = timed(Stage::kAttention, [&] { return x + attn(ln_1(x), extra, mask); });
  return timed(Stage::kMlp, [&] { return y + feed_forward(ln_2(y)); });
}

torch::Tensor TransformerBlockImpl::forward_checkpointed(const torch::Tensor& x,
                                                         const torch::Tensor& prompt) {
  const auto self = std::static_pointer_cast<TransformerBlockImpl>(shared_from_this());
  const auto part = [self](const torch::Tensor& tokens, const torch::Tensor& more) {
    return self->forward(tokens, more);
  };
  std::vector<torch::Tensor*> used;
  for (const auto& [name, tensor] : weights()) used.push_back(tensor);
  return checkpointed(part, x, prompt, used);
}

torch::Tensor TransformerBlockImpl::forward_dense(const torch::Tensor& x, bool residual_and_mlp) {
  const auto value = attn->value_only(ln_1(x));
  if (!residual_and_mlp) return value;
  const auto y = x + value;
  return y + feed_forward(ln_2(y));
}

void TransformerBlockImpl::use_bfloat16() {
  attn->use_bfloat16();
  c_fc_->use_bfloat16();
  c_proj_->use_bfloat16();
}

std::map<std::string, torch::Tensor*> TransformerBlockImpl::weights() {
  return {{"ln_1.weight", &ln_1->weight},
          {"ln_1.bias", &ln_1->bias},
          {"attn.in_proj_weight", &attn->in_proj_weight},
          {"attn.in_proj_bias", &attn->in_proj_bias},
          {"attn.out_proj.weight", &attn->out_proj->weight},
          {"attn.out_proj.bias", &attn->out_proj->bias},
          {"ln_2.weight", &ln_2->weight},
          {"ln_2.bias", &ln_2->bias},
          {"mlp.c_fc.weight", &c_fc_->weight},
          {"mlp.c_fc.bias", &c_fc_->bias},
          {"mlp.c_proj.weight", &c_proj_->weight},
          {"mlp.c_proj.bias", &c_proj_->bias}};
}

TransformerImpl::TransformerImpl(std::int64_t width, std::int64_t layers, std::int64_t heads,
                                 std::int64_t mlp_width, Activation activation, double norm_epsilon) {
  torch::nn::ModuleList list;
  for (std::int64_t i = 0; i < layers; ++i) {
    blocks_.emplace_back(width, heads, mlp_width, activation, norm_epsilon);
    list->push_back(blocks_.back());
  }
  register_module("resblocks", list);
}

void TransformerImpl::use_bfloat16() {
  for (auto& block : blocks_) block->use_bfloat16();
}

}  // namespace relprompt::nn
