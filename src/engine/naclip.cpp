#include "engine/naclip.h"

#include "base/stage_timer.h"
#include "engine/neighbourhood.h"

namespace relprompt::engine {

void NaClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  const auto batch = input.state.batch, tokens = input.state.layout.tokens, rows = batch * tokens,
             d = last_.width();
  float *normed = workspace.head[0].reserve(rows * d), *kv = workspace.head[1].reserve(rows * 2 * d);
  last_.norm(input.state.tokens, rows, normed);
  keys_values_.run(normed, rows, kv);
  const Neighbourhood near(input.state);
  float* mixed = normed;
  self_attention(last_, kv, kv + d, 2 * d, batch, tokens, mixed, &near);
  output_.run(mixed, rows, y);
}

}  // namespace relprompt::engine
