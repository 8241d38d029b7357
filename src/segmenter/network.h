// The whole network: image tower, prompts and projection, or the tower alone (training-free).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "lpm/lpm.h"
#include "rpm/rpm.h"
#include "segmenter/model_files.h"

namespace relprompt::segmenter {

class Network {
 public:
  /// Loads image tower and prompts to the device for inference: nothing asks for gradients. bfloat16: the
  /// matrix products of the tower's layers are computed so, the rest in fp32. Throws Error(kOutOfMemory).
  Network(const ModelFiles& model, const torch::Device& device, bool bfloat16);

  /// Gives the prompts memory of their own, which asks for gradients; the tower stays frozen. Prompts that
  /// the model lacks (config.prompts without a file) start as initial_prompts.h says, from the seed.
  /// Throws Error(kInternal) for a model without prompts.
  void make_trainable(const ModelFiles& model, std::uint64_t seed);

  /// What make_trainable made trainable, by the names of prompt_rows; empty before.
  std::map<std::string, torch::Tensor> trained() const;

  /// Training mode draws the gate's noise and drops prompts; the constructor leaves evaluation mode.
  void train(bool on);

  /// Scores at patch resolution: mask logits, or class probabilities for a training-free model.
  /// image [B, 3, H, W] normalised, t [S, E] unit length, both on the device -> [B, S, h, w].
  torch::Tensor patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                             const rpm::Observer& observer = {});

  /// Probabilities of one window's pixels from its patch scores: bilinear to `size`, sigmoid.
  /// patch_scores [B, S, h, w] -> [B, S, size.height, size.width].
  torch::Tensor probabilities(const torch::Tensor& patch_scores, nn::Grid size) const;

  const torch::Device& device() const { return device_; }
  bool training_free() const { return !rpm_; }

 private:
  std::vector<torch::nn::Module*> prompt_modules() const;
  torch::Tensor training_free_scores(const torch::Tensor& image, const torch::Tensor& t);

  clip::LastLayer training_free_;
  torch::Device device_;
  clip::ImageTower tower_;
  std::optional<rpm::Rpm> rpm_;
  std::optional<lpm::Lpm> lpm_;
  double logit_scale_ = 100.0;
};

}  // namespace relprompt::segmenter
