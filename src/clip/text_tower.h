// CLIP's text tower: token ids to one vector of the joint space a text.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "model/clip_config.h"
#include "nn/transformer_block.h"

namespace relprompt::clip {

/// Parameters carry OpenAI CLIP's names: token_embedding.weight, positional_embedding, transformer.*, ...
class TextTowerImpl : public torch::nn::Module {
 public:
  TextTowerImpl(const model::TextConfig& config, std::int64_t joint, nn::Activation activation);

  /// Text embeddings of unit length. tokens [C, T] int64, T at most the context length, ids below the
  /// vocabulary size, the end token having the largest id of its row. -> [C, E].
  torch::Tensor forward(const torch::Tensor& tokens);

  const model::TextConfig& config() const { return config_; }
  void use_bfloat16();

 private:
  model::TextConfig config_;
  torch::Tensor token_embedding_, positional_embedding_, text_projection_;
  torch::nn::LayerNorm ln_final_{nullptr};
  nn::Transformer transformer_{nullptr};
};
TORCH_MODULE(TextTower);

}  // namespace relprompt::clip
