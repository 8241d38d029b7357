#include "engine/maskclip.h"

#include "base/stage_timer.h"

namespace relprompt::engine {

void MaskClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  const auto rows = input.state.batch * input.state.layout.tokens, d = last_.width();
  float *normed = workspace.head[0].reserve(rows * d), *values = workspace.head[1].reserve(rows * d);
  last_.norm(input.state.tokens, rows, normed);
  last_.project(normed, rows, Projection::kValues, 1, values);
  last_.join_heads(values, rows, y);
}

void MaskClipResidual::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  MaskClip::run(input, y, workspace);
  const StageTimer timer(Stage::kMlp);
  const auto rows = input.state.batch * input.state.layout.tokens;
  float* normed = workspace.head[0].reserve(rows * last_.width());
  last_.add_residual_and_mlp(input.state.tokens, rows, y, normed, workspace.blocks);
}

}  // namespace relprompt::engine
