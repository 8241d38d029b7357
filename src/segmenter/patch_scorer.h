// Whatever scores the patches of windows against class embeddings: the engine on the CPU, or the network of
// the optional LibTorch library on a GPU and in training.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/network.h"
#include "kernels/threads.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/device_scores.h"

namespace relprompt::segmenter {

/// For one thread at a time.
class PatchScorer {
 public:
  virtual ~PatchScorer() = default;

  /// Scores [batch, S, grid] of windows of one size: mask logits, or class probabilities of a bare CLIP.
  /// Which of the two score_activation() says.
  virtual void patch_scores(const engine::Images& windows, const ClassEmbeddings& classes, float* scores) = 0;
  /// Cosines [batch, S, grid] of the patches with the embeddings, of a bare CLIP.
  virtual void cosines(const engine::Images& windows, const ClassEmbeddings& classes, float* cosines) = 0;
  /// The temperature that the CLIP was trained with.
  virtual float logit_scale() const = 0;
  virtual engine::Grid grid_of(std::int64_t height, std::int64_t width) const = 0;
  virtual kernels::ScoreActivation score_activation() const = 0;
  /// Windows that are best computed together.
  virtual std::size_t batch() const { return 2; }

  /// Whether score_on_device is to be asked.
  virtual bool keeps_scores() const { return false; }
  /// Scores [windows, S, grid] as of patch_scores, of each image of the job, that stay where they are
  /// computed and may be under way when this returns: a fault of theirs is thrown by who asks for labels.
  /// Throws Error(kOutOfMemory), and what job.tell throws.
  virtual std::vector<std::unique_ptr<DeviceScores>> score_on_device(const DeviceJob& /*job*/) { return {}; }
};

/// The engine with a workspace of its own. The network may be shared with others of its kind and must outlive
/// it.
class EngineScorer : public PatchScorer {
 public:
  explicit EngineScorer(const engine::Network& network) : network_(network) {}

  void patch_scores(const engine::Images& windows, const ClassEmbeddings& classes, float* scores) override {
    network_.patch_scores(windows, classes.texts(), scores, workspace_);
  }
  void cosines(const engine::Images& windows, const ClassEmbeddings& classes, float* cosines) override {
    network_.cosines(windows, classes.texts(), cosines, workspace_);
  }
  float logit_scale() const override { return network_.logit_scale(); }
  engine::Grid grid_of(std::int64_t height, std::int64_t width) const override {
    return network_.grid_of(height, width);
  }
  kernels::ScoreActivation score_activation() const override { return network_.score_activation(); }
  /// One thread has nothing to share out, so it needs the memory of one window only.
  std::size_t batch() const override { return kernels::current_threads() > 1 ? 2 : 1; }

  const engine::Network& network() const { return network_; }
  engine::Workspace& workspace() { return workspace_; }

 private:
  const engine::Network& network_;
  engine::Workspace workspace_;
};

/// The same, keeping its network.
class OwningScorer : public EngineScorer {
 public:
  explicit OwningScorer(std::shared_ptr<const engine::Network> network)
      : EngineScorer(*network), owned_(std::move(network)) {}

 private:
  std::shared_ptr<const engine::Network> owned_;
};

}  // namespace relprompt::segmenter
