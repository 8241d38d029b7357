// The whole network with gradients: image tower, prompts (or another method) and projection, or the tower
// alone (training-free). For training and GPUs; inference on the CPU is src/engine, which tests compare with
// this.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "kernels/label_tiles.h"
#include "kernels/precision.h"
#include "lpm/lpm.h"
#include "model/model_files.h"
#include "network/score_check.h"
#include "peft/tuning.h"
#include "peft/weight_swap.h"
#include "rpm/rpm.h"

namespace relprompt::network {

using kernels::Precision;

class Network {
 public:
  /// Loads image tower and prompts to the device: nothing asks for gradients. The matrix products of the
  /// tower's layers are computed in `precision`, the rest in fp32. Throws Error: kOutOfMemory; kBadArgument
  /// for int8, which only the engine (src/engine) has.
  Network(const model::ModelFiles& model, const torch::Device& device, Precision precision);

  /// Gives the prompts memory of their own, which asks for gradients; the tower stays frozen.
  /// Prompts that the model lacks (config.prompts without a file) start as initial_prompts.h says, from the
  /// seed.
  /// Throws Error(kInternal) for a model without prompts.
  void make_trainable(const model::ModelFiles& model, std::uint64_t seed);

  /// What make_trainable made trainable, by the names of prompt_rows; empty before.
  std::map<std::string, torch::Tensor> trained() const;

  /// Scores at patch resolution: mask logits, or class probabilities for a training-free model.
  /// image [B, 3, H, W] normalised, t [S, E] unit length, both on the device -> [B, S, h, w]. noise is for
  /// training. In inference mode throws Error(kTensorMismatch) where features or scores are no numbers or
  /// mean nothing (score_check.h); Error(kDiverged) after make_trainable.
  torch::Tensor patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                             const rpm::Observer& observer = {},
                             const rpm::SampleNoise& noise = rpm::SampleNoise());
  /// The same with a check that the caller finishes, so that nothing waits for the device here.
  torch::Tensor patch_scores(const torch::Tensor& image, const torch::Tensor& t, ScoreCheck& check,
                             const rpm::Observer& observer = {},
                             const rpm::SampleNoise& noise = rpm::SampleNoise());
  /// The code of a check of this network.
  ErrorCode score_error() const { return score_error_; }

  /// Cosines of the patches of a training-free model with the texts, shapes and errors as of patch_scores.
  torch::Tensor cosines(const torch::Tensor& image, const torch::Tensor& t);

  /// What makes probabilities of patch scores, after these are brought to a window's pixels.
  kernels::ScoreActivation score_activation() const;

  /// Training keeps only the inputs of the tower's layers and computes the rest again in the backward pass.
  void set_activation_checkpointing(bool on) { tower_->set_activation_checkpointing(on); }

  double logit_scale() const { return logit_scale_; }
  const torch::Device& device() const { return device_; }
  bool training_free() const { return !lpm_; }
  /// Pixels a side.
  std::int64_t patch() const { return tower_->config().patch; }

 private:
  void load_tower(const model::ModelFiles& model);
  std::vector<torch::nn::Module*> prompt_modules() const;
  /// The trained part's features; the observer is RPM's.
  rpm::Aligned features(const torch::Tensor& image, const torch::Tensor& t, const rpm::Observer& observer,
                        const rpm::SampleNoise& noise);
  /// [B, N, S]
  torch::Tensor training_free_cosines(const torch::Tensor& image, const torch::Tensor& t, ScoreCheck& check);

  clip::LastLayer last_layer_;
  model::ScoreKind scores_;
  torch::Device device_;
  Precision precision_;
  clip::ImageTower tower_;
  std::optional<rpm::Rpm> rpm_;           ///< of methods with relationship prompts
  std::shared_ptr<peft::Tuning> tuning_;  ///< of the other methods, null if they add nothing
  std::optional<peft::WeightSwap> swap_;  ///< of methods that change weights
  std::optional<lpm::Lpm> lpm_;
  double logit_scale_ = 100.0;
  ErrorCode score_error_ = ErrorCode::kTensorMismatch;  ///< of scores that mean nothing
};

}  // namespace relprompt::network
