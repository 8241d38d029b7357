#include "engine/resclip.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "engine/neighbourhood.h"

namespace relprompt::engine {
namespace {

constexpr std::int64_t kFirst = 6, kFinal = 9;

/// What lies in the workspace's memory for heads.
enum Place : std::size_t {
  kMiddle,     ///< [middle layers, B, T, 2 D] queries and keys
  kNormed,     ///< [B, T, D]; then what one attention mixed
  kKeyValues,  ///< [B, T, 2 D]
  kPlain       ///< [B, T, D] values by the middle layers' attention
};

}  // namespace

ResClip::ResClip(LastBlock last, const model::ResClipOptions& options)
    : last_(std::move(last)),
      keys_values_(last_.projection(Projection::kKeys, 2)),
      output_(last_.output()),
      options_(options),
      first_(layer_of_12(kFirst, last_.layers)),
      final_(layer_of_12(kFinal, last_.layers)) {
  if (first_ == 0) own_queries_keys_ = last_.projection(Projection::kQueries, 2);
}

void ResClip::watch(std::int64_t layer, const kernels::AttentionParts& parts,
                    EncoderWorkspace& workspace) const {
  const auto d = parts.width, rows = parts.batch * parts.tokens;
  float* to =
      workspace.head[kMiddle].reserve((final_ - first_ + 1) * rows * 2 * d) + (layer - first_) * rows * 2 * d;
#pragma omp parallel for
  for (std::int64_t r = 0; r < rows; ++r) {
    std::copy_n(parts.queries + r * parts.query_stride, d, to + r * 2 * d);
    std::copy_n(parts.keys + r * parts.kv_stride, d, to + r * 2 * d + d);
  }
}

void ResClip::prepare(const LayerState& state, EncoderWorkspace& workspace) const {
  const auto batch = state.batch, tokens = state.layout.tokens, rows = batch * tokens, d = last_.width(),
             layers = final_ - first_ + 1;
  auto& memory = workspace.head;
  float *normed = memory[kNormed].reserve(rows * d), *kv = memory[kKeyValues].reserve(rows * 2 * d),
        *plain = memory[kPlain].reserve(rows * d), *middle = memory[kMiddle].reserve(layers * rows * 2 * d);
  last_.norm(state.tokens, rows, normed);
  keys_values_.run(normed, rows, kv);
  if (first_ == 0) own_queries_keys_.run(normed, rows, middle);
  const auto share = static_cast<float>(options_.total * options_.middle_share / static_cast<double>(layers));
  std::fill_n(plain, rows * d, 0.0f);
  float* mixed = normed;
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const float* queries = middle + layer * rows * 2 * d;
    kernels::attention(
        {queries, queries + d, kv + d, 2 * d, 2 * d, nullptr, batch, tokens, 0, d, last_.heads}, mixed,
        last_.precision);
    for (std::int64_t i = 0; i < rows * d; ++i) plain[i] += share * mixed[i];
  }
}

void ResClip::mix(const LayerState& state, const kernels::ScoreEdit& edit, float* y,
                  EncoderWorkspace& workspace) const {
  const auto rows = state.batch * state.layout.tokens, d = last_.width();
  auto& memory = workspace.head;
  float* mixed = memory[kNormed].reserve(rows * d);
  const float *kv = memory[kKeyValues].data(), *plain = memory[kPlain].data();
  self_attention(last_, kv, kv + d, 2 * d, state.batch, state.layout.tokens, mixed, &edit);
  const auto share = static_cast<float>(options_.total * (1 - options_.middle_share));
  for (std::int64_t i = 0; i < rows * d; ++i) mixed[i] = share * mixed[i] + plain[i];
  output_.run(mixed, rows, y);
}

void ResClip::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  const StageTimer timer(Stage::kAttention);
  prepare(input.state, workspace);
  mix(input.state, Neighbourhood(input.state), y, workspace);
}

}  // namespace relprompt::engine
