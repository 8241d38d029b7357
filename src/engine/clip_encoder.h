// CLIP's image tower for inference on the CPU, its layers packed for the fused kernels (kernels/block.h).
#pragma once

#include <memory>
#include <vector>

#include "engine/dense_head.h"
#include "engine/tower_weights.h"
#include "engine/vision_encoder.h"

namespace relprompt::engine {

/// How the class token gets its position. The authors' code adds the class embedding a second time through
/// the class position, and checkpoints trained by it need that.
enum class ClassToken { kStandard, kAddedTwice };

/// Immutable once made, so threads with a workspace each may share it.
class ClipEncoder : public VisionEncoder {
 public:
  /// blocks: those of engine/packed_tower.h. last: the precision of a dense head's products, in place of the
  /// last block. Throws std::bad_alloc, and as TowerWeights::at.
  ClipEncoder(const model::ModelConfig& config, const TowerWeights& weights,
              std::vector<kernels::PackedBlock> blocks, kernels::Precision last = kernels::Precision::kFp32);

  std::int64_t width() const override { return config_.width; }
  std::int64_t joint() const override { return joint_; }
  std::int64_t layers() const override { return config_.layers; }
  Grid grid_of(std::int64_t height, std::int64_t width) const override;
  LayerState encode(const Images& images, LayerHook* hook, EncoderWorkspace& workspace) const override;
  void project(const float* x, std::int64_t rows, float* y, kernels::Buffer<float>& memory) const override;

  /// What project uses: norm, and projection [E, D].
  const kernels::NormWeights& ln_post() const { return ln_post_; }
  const float* projection() const { return projection_.floats(); }

 private:
  void run_layer(const Images& images, const LayerState& state, float* y, EncoderWorkspace& workspace) const;
  void embed(const Images& images, Grid grid, EncoderWorkspace& workspace, float* tokens) const;
  const std::vector<float>& positions(Grid grid, EncoderWorkspace& workspace) const;

  model::VisionConfig config_;
  std::int64_t joint_;
  model::Tensor conv1_, positions_, ln_pre_weight_, ln_pre_bias_, ln_post_weight_, ln_post_bias_, projection_;
  std::vector<float> class_row_;  ///< class embedding and position, [D]
  kernels::NormWeights ln_post_;
  std::vector<kernels::PackedBlock> blocks_;
  std::unique_ptr<DenseHead> head_;  ///< in place of the last block, or nullptr
};

}  // namespace relprompt::engine
