// Both passes through the last layer end in sums: of attention over values, of the output projection and of
// averages by E. So only what differs is computed twice, keys, values and the attention by keys.
#include "engine/scclip.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "engine/outlier_patches.h"
#include "engine/unit_rows.h"
#include "kernels/alike.h"

namespace relprompt::engine {
namespace {

constexpr float kLeastCosine = 0.4f, kSharpness = 3.0f, kClassShare = 0.3f;
constexpr std::int64_t kEarly = 4, kMiddle = 9, kFirst = 4, kFinal = 10;

/// What lies in the workspace's memory for heads.
enum Place : std::size_t {
  kEarlyRows,   ///< [B, N, D] unit patches of layer kEarly
  kMiddleRows,  ///< [B, N, D] patches of layer kMiddle; then repaired and of unit length
  kTotal,       ///< [B, T, D] sum of layers kFirst to kFinal
  kRepaired,    ///< [N, D] of one image; then what it mixes
  kPasses,      ///< [B, 2, N, D] what passes the last layer
  kNormed,      ///< [B, 2, N, D]
  kKeyValues,   ///< [B, 2, N, 2 D]
  kMixed        ///< [B, 2, N, D] values by keys with keys
};

/// Patches of all images, without what stands before them: [B, N, D].
void copy_patches(const LayerState& state, std::int64_t d, float* to) {
  const auto n = state.layout.patches();
  for (std::int64_t b = 0; b < state.batch; ++b) {
    std::copy_n(state.tokens + (b * state.layout.tokens + state.layout.first_patch) * d, n * d,
                to + b * n * d);
  }
}

}  // namespace

ScClip::ScClip(LastBlock last)
    : last_(std::move(last)),
      keys_values_(last_.projection(Projection::kKeys, 2)),
      output_(last_.output()),
      early_(layer_of_12(kEarly, last_.layers)),
      middle_(layer_of_12(kMiddle, last_.layers)),
      first_(layer_of_12(kFirst, last_.layers)),
      final_(layer_of_12(kFinal, last_.layers)) {}

bool ScClip::listens_after(std::int64_t layer) const {
  return layer == early_ || layer == middle_ || (layer >= first_ && layer <= final_);
}

void ScClip::listen(const LayerState& state, EncoderWorkspace& workspace) const {
  const auto d = last_.width(), rows = state.batch * state.layout.patches(),
             all = state.batch * state.layout.tokens * d;
  if (state.layer == early_) {
    float* early = workspace.head[kEarlyRows].reserve(rows * d);
    copy_patches(state, d, early);
    unit_rows(early, rows, d, early);
  }
  if (state.layer == middle_) copy_patches(state, d, workspace.head[kMiddleRows].reserve(rows * d));
  if (state.layer < first_ || state.layer > final_) return;
  float* total = workspace.head[kTotal].reserve(all);
  if (state.layer == first_) {
    std::copy_n(state.tokens, all, total);
  } else {
    for (std::int64_t i = 0; i < all; ++i) total[i] += state.tokens[i];
  }
}

/// What passes the last layer, and the middle layer's rows for their cosines.
void ScClip::prepare(const LayerState& state, std::int64_t image, EncoderWorkspace& workspace) const {
  const auto d = last_.width(), n = state.layout.patches(), size = n * d,
             first = (image * state.layout.tokens + state.layout.first_patch) * d;
  auto& memory = workspace.head;
  float *middle = memory[kMiddleRows].reserve(state.batch * size) + image * size,
        *repaired = memory[kRepaired].reserve(size),
        *passes = memory[kPasses].reserve(state.batch * 2 * size) + image * 2 * size;
  const auto outliers = find_outliers(state.tokens + first, n, d);
  repair_outliers(middle, state.grid, d, outliers, repaired);
  unit_rows(repaired, n, d, middle);
  repair_outliers(state.tokens + first, state.grid, d, outliers, repaired);
  kernels::average_alike({middle, n, d}, kLeastCosine, repaired, d, passes);
  std::copy_n(memory[kTotal].data() + first, size, passes + size);
}

/// Keys and values of both passes, and the latter mixed by keys with keys.
void ScClip::attend(const LayerState& state, EncoderWorkspace& workspace) const {
  const auto d = last_.width(), n = state.layout.patches(), rows = state.batch * 2 * n;
  auto& memory = workspace.head;
  float *normed = memory[kNormed].reserve(rows * d), *kv = memory[kKeyValues].reserve(rows * 2 * d);
  last_.norm(memory[kPasses].data(), rows, normed);
  keys_values_.run(normed, rows, kv);
  self_attention(last_, kv, kv + d, 2 * d, 2 * state.batch, n, memory[kMixed].reserve(rows * d));
}

/// y [T, D] of an image.
void ScClip::finish(const LayerState& state, std::int64_t image, float* y,
                    EncoderWorkspace& workspace) const {
  const auto d = last_.width(), n = state.layout.patches(), size = n * d;
  auto& memory = workspace.head;
  const float *kv = memory[kKeyValues].data() + image * 4 * size, *second_kv = kv + 2 * size,
              *by_keys = memory[kMixed].data() + image * 2 * size;
  // What each holds has been used: the repaired patches, and the tokens of this image that pass.
  float *values = memory[kRepaired].reserve(size),
        *by_likeness = memory[kPasses].reserve(0) + image * 2 * size, *joined = by_likeness + size;
  for (std::int64_t row = 0; row < n; ++row) {
    const float *first = kv + row * 2 * d + d, *second = second_kv + row * 2 * d + d;
    for (std::int64_t i = 0; i < d; ++i) values[row * d + i] = first[i] + second[i];
  }
  kernels::attend_alike({memory[kMiddleRows].data() + image * size, n, d}, kSharpness, values, d,
                        by_likeness);
  // The mean of both passes, which the projection's bias joins once.
  for (std::int64_t i = 0; i < size; ++i) {
    by_likeness[i] = (by_likeness[i] + by_keys[i] + by_keys[size + i]) / 4;
  }
  output_.run(by_likeness, n, joined);
  const auto whole = (image * state.layout.tokens + state.layout.global) * d;
  const float *token = state.tokens + whole, *total = memory[kTotal].data() + whole;
  for (std::int64_t row = 0; row < n; ++row) {
    float* to = joined + row * d;
    for (std::int64_t i = 0; i < d; ++i) to[i] = 2 * to[i] + kClassShare * (token[i] + total[i]);
  }
  std::copy_n(token, d, y + state.layout.global * d);
  kernels::average_alike({memory[kEarlyRows].data() + image * size, n, d}, kLeastCosine, joined, d,
                         y + state.layout.first_patch * d);
}

void ScClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  const auto& state = input.state;
  for (std::int64_t image = 0; image < state.batch; ++image) prepare(state, image, workspace);
  attend(state, workspace);
  for (std::int64_t image = 0; image < state.batch; ++image) {
    finish(state, image, y + image * state.layout.tokens * last_.width(), workspace);
  }
}

}  // namespace relprompt::engine
