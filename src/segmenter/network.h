// The whole network for inference: image tower, prompts and projection, or the tower alone (training-free).
#pragma once

#include <optional>
#include <string>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "lpm/lpm.h"
#include "rpm/rpm.h"
#include "segmenter/model_files.h"

namespace relprompt::segmenter {

class Network {
 public:
  /// Loads image tower and prompts to the device. precision is fp32, or bf16 for the matrix products of the
  /// tower's layers. Throws Error(kOutOfMemory).
  Network(const ModelFiles& model, const torch::Device& device, bool bfloat16);

  /// Scores at patch resolution: mask logits, or class probabilities for a training-free model.
  /// image [B, 3, H, W] normalised, t [S, E] unit length, both on the device -> [B, S, h, w].
  torch::Tensor patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                             const rpm::Observer& observer = {});

  /// Probabilities of one window's pixels from its patch scores: bilinear to `size`, sigmoid.
  /// patch_scores [B, S, h, w] -> [B, S, size.height, size.width].
  torch::Tensor probabilities(const torch::Tensor& patch_scores, nn::Grid size) const;

  const torch::Device& device() const { return device_; }

 private:
  torch::Tensor training_free_scores(const torch::Tensor& image, const torch::Tensor& t);

  clip::LastLayer training_free_;
  torch::Device device_;
  clip::ImageTower tower_;
  std::optional<rpm::Rpm> rpm_;
  std::optional<lpm::Lpm> lpm_;
  double logit_scale_ = 100.0;
};

}  // namespace relprompt::segmenter
