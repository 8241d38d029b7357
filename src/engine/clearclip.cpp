#include "engine/clearclip.h"

#include "base/stage_timer.h"

namespace relprompt::engine {

void ClearClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  const auto batch = input.state.batch, tokens = input.state.layout.tokens, rows = batch * tokens,
             d = last_.width();
  float *normed = workspace.head[0].reserve(rows * d), *queries = workspace.head[1].reserve(rows * d),
        *values = workspace.head[2].reserve(rows * d);
  last_.norm(input.state.tokens, rows, normed);
  queries_.run(normed, rows, queries);
  values_.run(normed, rows, values);
  float* mixed = normed;
  self_attention(last_, queries, values, d, batch, tokens, mixed);
  output_.run(mixed, rows, y);
}

}  // namespace relprompt::engine
