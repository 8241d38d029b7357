#include "clip/text_tower.h"

#include <limits>

namespace relprompt::clip {

TextTowerImpl::TextTowerImpl(const model::TextConfig& config, std::int64_t joint, nn::Activation activation)
    : config_(config) {
  const auto table =
      register_module("token_embedding", std::make_shared<torch::nn::Module>("token_embedding"));
  token_embedding_ = table->register_parameter("weight", torch::empty({config.vocab, config.width}));
  positional_embedding_ =
      register_parameter("positional_embedding", torch::empty({config.context, config.width}));
  transformer_ =
      register_module("transformer", nn::Transformer(config.width, config.layers, config.heads,
                                                     config.mlp_width, activation, config.norm_epsilon));
  const auto norm = torch::nn::LayerNormOptions({config.width}).eps(config.norm_epsilon);
  ln_final_ = register_module("ln_final", torch::nn::LayerNorm(norm));
  text_projection_ = register_parameter("text_projection", torch::empty({config.width, joint}));
}

torch::Tensor TextTowerImpl::forward(const torch::Tensor& tokens) {
  namespace F = torch::nn::functional;
  // Causal attention: what follows the end token cannot reach it, so the columns after the last end token of
  // the batch are cut off. Class names use about a tenth of the context length.
  const auto ends = tokens.argmax(-1);
  const auto length = ends.max().item<std::int64_t>() + 1;
  auto x = at::embedding(token_embedding_, tokens.narrow(1, 0, length)) +
           positional_embedding_.narrow(0, 0, length);
  const auto mask =
      torch::full({length, length}, -std::numeric_limits<float>::infinity(), x.options()).triu(1);
  for (std::int64_t i = 0; i < config_.layers; ++i) x = transformer_->block(i)(x, torch::Tensor(), mask);
  const auto rows = torch::arange(tokens.size(0), ends.options());
  const auto last = ln_final_(x).index({rows, ends});
  return F::normalize(torch::matmul(last, text_projection_), F::NormalizeFuncOptions().dim(-1));
}

void TextTowerImpl::use_bfloat16() {
  transformer_->use_bfloat16();
}

}  // namespace relprompt::clip
