#include "nn/transformer_block.h"

#include <string>

#include "relprompt/error.h"

#include "base/stage_timer.h"
#include "nn/recompute.h"

namespace relprompt::nn {

TransformerBlockImpl::TransformerBlockImpl(std::int64_t width, std::int64_t heads, std::int64_t mlp_width,
                                           Activation activation)
    : activation_(activation) {
  const torch::nn::LayerNormOptions norm({width});
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
  if (packed_) {
    if (mask.defined()) throw Error(ErrorCode::kInternal, "a mask for a packed block");
    return forward_packed(x, prompt);
  }
  const auto extra = prompt.defined() ? ln_1(prompt) : prompt;
  const auto y = timed(Stage::kAttention, [&] { return x + attn(ln_1(x), extra, mask); });
  return timed(Stage::kMlp, [&] { return y + feed_forward(ln_2(y)); });
}

torch::Tensor TransformerBlockImpl::forward_packed(const torch::Tensor& x, const torch::Tensor& prompt) {
  const auto fits = [](const torch::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
           !(torch::GradMode::is_enabled() && tensor.requires_grad());
  };
  const bool extra = prompt.defined() && prompt.size(1) > 0;
  if (!fits(x) || (extra && !fits(prompt))) {
    throw Error(ErrorCode::kInternal, "a packed block takes fp32 on the CPU, without gradients");
  }
  const auto tokens = x.contiguous(), more = extra ? prompt.contiguous() : prompt;
  auto y = torch::empty_like(tokens);
  packed_->run({tokens.data_ptr<float>(), extra ? more.data_ptr<float>() : nullptr, x.size(0), x.size(1),
                extra ? more.size(1) : 0},
               y.data_ptr<float>(), *workspace_, sums_);
  return y;
}

torch::Tensor TransformerBlockImpl::forward_recomputed(const torch::Tensor& x, const torch::Tensor& prompt) {
  const auto self = std::static_pointer_cast<TransformerBlockImpl>(shared_from_this());
  const auto part = [self](const torch::Tensor& tokens, const torch::Tensor& more) {
    return self->forward(tokens, more);
  };
  std::vector<torch::Tensor*> used;
  for (const auto& [name, tensor] : weights()) used.push_back(tensor);
  return recompute(part, x, prompt, used);
}

torch::Tensor TransformerBlockImpl::forward_dense(const torch::Tensor& x, bool residual_and_mlp) {
  if (packed_) throw Error(ErrorCode::kInternal, "dense features of a packed block");
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

void TransformerBlockImpl::pack(const BlockPacking& packing,
                                std::shared_ptr<kernels::BlockWorkspace> workspace) {
  const torch::NoGradGuard no_grad;
  // Weights computed by a method may lie in any order; those of a file are used without a copy.
  std::vector<torch::Tensor> kept;
  const auto numbers = [&](const torch::Tensor& tensor) {
    kept.push_back(tensor.to(torch::kFloat32).contiguous());
    return kept.back().data_ptr<float>();
  };
  kernels::BlockWeights all;
  all.width = attn->in_proj_weight.size(1);
  all.heads = attn->heads();
  all.mlp_width = c_fc_->weight.size(0);
  all.activation =
      activation_ == Activation::kGelu ? kernels::Activation::kGelu : kernels::Activation::kQuickGelu;
  const auto norm = [&](const torch::nn::LayerNorm& from) {
    return kernels::NormWeights{numbers(from->weight), numbers(from->bias),
                                static_cast<float>(from->options.eps())};
  };
  all.ln_1 = norm(ln_1);
  all.ln_2 = norm(ln_2);
  all.in = {numbers(attn->in_proj_weight), numbers(attn->in_proj_bias)};
  all.out = {numbers(attn->out_proj->weight), numbers(attn->out_proj->bias)};
  all.hidden = {numbers(c_fc_->weight), numbers(c_fc_->bias)};
  all.back = {numbers(c_proj_->weight), numbers(c_proj_->bias)};
  packed_.emplace(all, packing.precision, packing.centres);
  workspace_ = std::move(workspace);
  for (auto* weight : {&attn->in_proj_weight, &attn->out_proj->weight, &c_fc_->weight, &c_proj_->weight}) {
    weight->set_data(torch::empty({0}));
  }
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
                                 std::int64_t mlp_width, Activation activation) {
  torch::nn::ModuleList list;
  for (std::int64_t i = 0; i < layers; ++i) {
    blocks_.emplace_back(width, heads, mlp_width, activation);
    list->push_back(blocks_.back());
  }
  register_module("resblocks", list);
}

void TransformerImpl::pack(const std::vector<BlockPacking>& packings,
                           const std::function<void()>& after_each) {
  const auto workspace = std::make_shared<kernels::BlockWorkspace>();
  for (std::size_t i = 0; i < packings.size(); ++i) {
    blocks_[i]->pack(packings[i], workspace);
    after_each();
  }
}

void TransformerImpl::unpack() {
  for (auto& block : blocks_) block->unpack();
}

void TransformerImpl::use_bfloat16() {
  for (auto& block : blocks_) block->use_bfloat16();
}

}  // namespace relprompt::nn
