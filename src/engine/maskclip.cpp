#include "engine/maskclip.h"

#include "base/stage_timer.h"

namespace relprompt::engine {

void MaskClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  const auto rows = input.state.batch * input.state.layout.tokens, d = last_.width();
  float *normed = workspace.head[0].reserve(rows * d), *values = workspace.head[1].reserve(rows * d);
  last_.norm(input.state.tokens, rows, normed);
  values_.run(normed, rows, values);
  output_.run(values, rows, y);
}

void MaskClipResidual::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  MaskClip::run(input, y, workspace);
  const StageTimer timer(Stage::kMlp);
  const auto rows = input.state.batch * input.state.layout.tokens;
  float* normed = workspace.head[0].reserve(rows * last_.width());
  mlp_.run(input.state.tokens, rows, y, normed, workspace.blocks);
}

}  // namespace relprompt::engine
