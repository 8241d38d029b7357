// The network with gradients as something that scores windows: on a GPU, and in training.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "network/device_classes.h"
#include "network/network.h"
#include "network/score_pass.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::network {

/// Scores with the network's present weights, without gradients. The network must outlive it. Throws what
/// PatchScorer says; LibTorch's own exceptions become Error (torch_errors.h).
class TorchScorer : public segmenter::PatchScorer {
 public:
  /// weights_stay: nothing trains the network while this lives.
  explicit TorchScorer(Network& network, bool weights_stay = false)
      : network_(network), pass_(network, weights_stay), classes_(network.device()) {}

  void patch_scores(const engine::Images& windows, const segmenter::ClassEmbeddings& classes,
                    float* scores) override;
  void cosines(const engine::Images& windows, const segmenter::ClassEmbeddings& classes,
               float* cosines) override;
  float logit_scale() const override { return static_cast<float>(network_.logit_scale()); }
  engine::Grid grid_of(std::int64_t height, std::int64_t width) const override;
  kernels::ScoreActivation score_activation() const override { return network_.score_activation(); }
  std::size_t batch() const override { return network_.device().is_cuda() ? 8 : 2; }
  /// On a GPU: scores of many classes are not copied, and labels are made where the arithmetic is cheap.
  bool keeps_scores() const override { return network_.device().is_cuda(); }
  std::vector<std::unique_ptr<segmenter::DeviceScores>> score_on_device(
      const segmenter::DeviceJob& job) override;

 private:
  Network& network_;
  ScorePass pass_;
  DeviceClasses classes_;
};

/// The same, keeping its network.
class OwningTorchScorer : public TorchScorer {
 public:
  explicit OwningTorchScorer(std::unique_ptr<Network> network)
      : TorchScorer(*network, true), owned_(std::move(network)) {}

 private:
  std::unique_ptr<Network> owned_;
};

/// The engine on the CPU, the network on another device. model must outlive the result. Throws Error:
/// kBadArgument, kNoDevice for the device; kOutOfMemory.
std::unique_ptr<segmenter::PatchScorer> make_scorer(const model::ModelFiles& model, const std::string& device,
                                                    kernels::Precision precision);

/// make_scorer for a device, for whoever opens models.
inline auto scorers_on(std::string device) {
  return [device = std::move(device)](const model::ModelFiles& model, kernels::Precision precision) {
    return make_scorer(model, device, precision);
  };
}

}  // namespace relprompt::network
