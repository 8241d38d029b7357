// The whole network: image tower, prompts (or another method) and projection, or the tower alone
// (training-free).
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
#include "peft/tuning.h"
#include "peft/weight_swap.h"
#include "rpm/rpm.h"
#include "segmenter/model_files.h"

namespace relprompt::segmenter {

using kernels::Precision;

class Network {
 public:
  /// Loads image tower and prompts to the device for inference: nothing asks for gradients. The matrix
  /// products of the tower's layers are computed in `precision` (int8: the linear ones), the rest in fp32,
  /// and in bfloat16 what kernels/attention.h and kernels/packed_alignment.h say. On the CPU weights are
  /// packed, and the pages of the model's file are given back. Throws Error: kOutOfMemory; kBadArgument for
  /// int8 elsewhere.
  Network(const ModelFiles& model, const torch::Device& device, Precision precision);
  /// The same with other packings of the layers than the model asks for; they matter on the CPU alone.
  Network(const ModelFiles& model, const torch::Device& device, Precision precision,
          const std::vector<nn::BlockPacking>& packings);

  /// Lays the tower's weights open again for whoever reads them or needs gradients; passes are slower then,
  /// and int8 means fp32. model as given to the constructor.
  void unpack(const ModelFiles& model);

  /// Gives the prompts memory of their own, which asks for gradients; the tower stays frozen and is unpacked.
  /// Prompts that the model lacks (config.prompts without a file) start as initial_prompts.h says, from the
  /// seed.
  /// Throws Error(kInternal) for a model without prompts.
  void make_trainable(const ModelFiles& model, std::uint64_t seed);

  /// What make_trainable made trainable, by the names of prompt_rows; empty before.
  std::map<std::string, torch::Tensor> trained() const;

  /// Scores at patch resolution: mask logits, or class probabilities for a training-free model.
  /// image [B, 3, H, W] normalised, t [S, E] unit length, both on the device -> [B, S, h, w]. noise is for
  /// training. In inference mode throws Error(kTensorMismatch) where features or scores are no numbers or
  /// mean nothing (score_check.h); Error(kDiverged) after make_trainable.
  torch::Tensor patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                             const rpm::Observer& observer = {},
                             const rpm::SampleNoise& noise = rpm::SampleNoise());

  /// What makes probabilities of patch scores, after these are brought to a window's pixels.
  kernels::Squash squash() const;

  /// Training keeps only the inputs of the tower's layers and computes the rest again in the backward pass.
  void set_recompute(bool on) { tower_->set_recompute(on); }

  /// Coming passes add what enters the tower's linear layers to these sums, one a layer; see
  /// clip::ImageTowerImpl::sum_inputs.
  void sum_inputs(std::vector<kernels::InputSums>& sums) { tower_->sum_inputs(sums); }

  /// Shows what enters the tower's layers in coming passes; see clip::ImageTowerImpl::watch.
  void watch_layers(clip::LayerWatcher watcher) { tower_->watch(std::move(watcher)); }

  const torch::Device& device() const { return device_; }
  bool training_free() const { return !lpm_; }

 private:
  void load_tower(const ModelFiles& model);
  void pack_tower(const ModelFiles& model, const std::vector<nn::BlockPacking>& packings);
  std::vector<torch::nn::Module*> prompt_modules() const;
  /// The trained part's features; the observer is RPM's.
  rpm::Aligned features(const torch::Tensor& image, const torch::Tensor& t, const rpm::Observer& observer,
                        const rpm::SampleNoise& noise);
  torch::Tensor training_free_scores(const torch::Tensor& image, const torch::Tensor& t);

  clip::LastLayer training_free_;
  ScoreKind scores_;
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

}  // namespace relprompt::segmenter
