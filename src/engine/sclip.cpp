#include "engine/sclip.h"

#include "base/stage_timer.h"

namespace relprompt::engine {

void SClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const auto batch = input.state.batch, tokens = input.state.layout.tokens, rows = batch * tokens,
             d = last_.width();
  const float* x = input.state.tokens;
  float *normed = workspace.head[0].reserve(rows * d), *qkv = workspace.head[1].reserve(rows * 3 * d),
        *mixed = workspace.head[2].reserve(rows * d);
  {
    const StageTimer timer(Stage::kAttention);
    last_.norm(x, rows, normed);
    projections_.run(normed, rows, qkv);
    float* by_keys = normed;
    self_attention(last_, qkv, qkv + 2 * d, 3 * d, batch, tokens, mixed);
    self_attention(last_, qkv + d, qkv + 2 * d, 3 * d, batch, tokens, by_keys);
    for (std::int64_t i = 0; i < rows * d; ++i) mixed[i] += by_keys[i];
    output_.run(mixed, rows, y);
  }
  const StageTimer timer(Stage::kMlp);
  mlp_.run(x, rows, y, normed, workspace.blocks);
}

}  // namespace relprompt::engine
