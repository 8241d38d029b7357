// CLIP's image tower: a ViT that gives one token a patch and one for the whole image.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "clip/layer_hook.h"
#include "model/clip_config.h"
#include "nn/transformer_block.h"

namespace relprompt::clip {

/// How the class token gets its position. The authors' code adds the class embedding a second time through
/// the class position, and checkpoints trained by it need that.
enum class ClassToken { kStandard, kAddedTwice };

/// What the last layer computes: the block as it is, or MaskCLIP's value path of its attention, alone or with
/// what follows the attention in the block.
enum class LastLayer { kFull, kValue, kValueResidualMlp };

/// Parameters carry OpenAI CLIP's names below "visual.". All parameters are frozen data from a file.
class ImageTowerImpl : public torch::nn::Module {
 public:
  ImageTowerImpl(const model::VisionConfig& config, std::int64_t joint, nn::Activation activation);

  /// Patch embedding, layers with the hook between them. image [B, 3, H, W], normalised, H and W at least one
  /// patch (a remainder of less than a patch at the right and bottom is not looked at).
  /// Result [B, 1 + N, D]: class token, then patches row by row; before ln_post.
  torch::Tensor forward(const torch::Tensor& image, LayerHook* hook = nullptr,
                        ClassToken class_token = ClassToken::kStandard, LastLayer last = LastLayer::kFull);

  /// ln_post and projection into the joint space, unit length. [..., D] -> [..., E].
  torch::Tensor project(const torch::Tensor& tokens);

  /// CLIP's own image embedding, unit length. [B, 3, H, W] -> [B, E].
  torch::Tensor encode_image(const torch::Tensor& image);

  nn::Grid grid_of(const torch::Tensor& image) const;
  const model::VisionConfig& config() const { return config_; }
  void use_bfloat16();

  /// In passes with gradients, keep only what enters each layer and run the layer again in the backward pass:
  /// less memory, a forward pass more time, results equal bit for bit. Off at first. What a hook computes
  /// between the layers is kept as before.
  void set_activation_checkpointing(bool on) { activation_checkpointing_ = on; }

  /// The tensors that a pass uses, by parameter name: see nn::TransformerBlock.
  std::map<std::string, torch::Tensor*> weights();

 private:
  torch::Tensor embed(const torch::Tensor& image, ClassToken class_token);

  torch::Tensor run_layer(std::int64_t layer, const LayerState& state, LastLayer last);

  model::VisionConfig config_;
  bool activation_checkpointing_ = false;
  torch::Tensor conv1_weight_, class_embedding_, positional_embedding_, proj_;
  torch::nn::LayerNorm ln_pre_{nullptr}, ln_post_{nullptr};
  nn::Transformer transformer_{nullptr};
};
TORCH_MODULE(ImageTower);

}  // namespace relprompt::clip
