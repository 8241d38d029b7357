#include "engine/clip_encoder.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "engine/unit_rows.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"

namespace relprompt::engine {
namespace {

constexpr std::int64_t kClassTokenRow = 0;  // CLIP's class token stands before the patches

/// One row a patch, as the kernel of the patch embedding reads it. image [3, height, width] -> [N, 3 *
/// patch^2].
void gather_patches(const Images& images, std::int64_t index, Grid grid, std::int64_t patch, float* rows) {
  const auto plane = images.height * images.width;
  const float* image = images.pixels + index * 3 * plane;
#pragma omp parallel for
  for (std::int64_t cell = 0; cell < grid.size(); ++cell) {
    const auto y = cell / grid.width * patch, x = cell % grid.width * patch;
    float* to = rows + cell * 3 * patch * patch;
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t r = 0; r < patch; ++r) {
        to = std::copy_n(image + c * plane + (y + r) * images.width + x, patch, to);
      }
    }
  }
}

std::vector<float> class_row(const TowerWeights& weights, ClassToken kind) {
  auto row = weights.at("class_embedding").values();
  const auto positions = weights.at("positional_embedding");
  const float* first = positions.floats();
  const float times = kind == ClassToken::kAddedTwice ? 2.0f : 1.0f;
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = times * row[i] + first[i];
  return row;
}

ClassToken class_token_of(const model::ModelConfig& config) {
  const bool official = config.prompts && model::has_rpm(config.prompts->peft.method) &&
                        config.prompts->rpm.variant == model::Variant::kOfficial;
  return official ? ClassToken::kAddedTwice : ClassToken::kStandard;
}

}  // namespace

ClipEncoder::ClipEncoder(const model::ModelConfig& config, const TowerWeights& weights,
                         std::vector<kernels::PackedBlock> blocks, kernels::Precision last)
    : config_(config.clip.vision),
      joint_(config.clip.joint),
      conv1_(weights.at("conv1.weight")),
      positions_(weights.at("positional_embedding")),
      ln_pre_weight_(weights.at("ln_pre.weight")),
      ln_pre_bias_(weights.at("ln_pre.bias")),
      ln_post_weight_(weights.at("ln_post.weight")),
      ln_post_bias_(weights.at("ln_post.bias")),
      projection_(transposed(weights.at("proj"))),
      class_row_(class_row(weights, class_token_of(config))),
      ln_post_{ln_post_weight_.floats(), ln_post_bias_.floats(), config_.norm_epsilon},
      blocks_(std::move(blocks)) {
  if (static_cast<std::int64_t>(blocks_.size()) == config_.layers) return;
  // Only a bare CLIP has a head, and no prompt tokens then join its layers.
  const auto stem = "transformer.resblocks." + std::to_string(config_.layers - 1) + ".";
  auto tensors =
      block_tensors(config_.norm_epsilon, [&](const char* name) { return weights.at(stem + name); });
  head_ = make_dense_head(config,
                          {std::move(tensors), config_.heads, config.clip.activation, config_.layers, last});
}

Grid ClipEncoder::grid_of(std::int64_t height, std::int64_t width) const {
  return {height / config_.patch, width / config_.patch};
}

const std::vector<float>& ClipEncoder::positions(Grid grid, EncoderWorkspace& workspace) const {
  if (workspace.positions.empty() || workspace.grid != grid) {
    workspace.positions =
        resize_rows(positions_.floats() + config_.width, {config_.grid, config_.grid}, grid, config_.width);
    workspace.grid = grid;
  }
  return workspace.positions;
}

/// tokens [B, 1 + N, D] = ln_pre([class + its position; conv1(patches) + positions]).
void ClipEncoder::embed(const Images& images, Grid grid, EncoderWorkspace& workspace, float* tokens) const {
  const auto d = config_.width, n = grid.size(), inputs = 3 * config_.patch * config_.patch;
  float* rows = workspace.patches.reserve(n * inputs);
  const auto& place = positions(grid, workspace);
  for (std::int64_t b = 0; b < images.batch; ++b) {
    float* first = tokens + b * (1 + n) * d;
    gather_patches(images, b, grid, config_.patch, rows);
    std::copy(class_row_.begin(), class_row_.end(), first);
    kernels::linear(rows, n, inputs, conv1_.floats(), nullptr, d, first + d);
#pragma omp parallel for
    for (std::int64_t i = 0; i < n * d; ++i) first[d + i] += place[static_cast<std::size_t>(i)];
  }
  kernels::layer_norm(tokens, images.batch * (1 + n), d, ln_pre_weight_.floats(), ln_pre_bias_.floats(),
                      config_.norm_epsilon, tokens);
}

/// Layer `state.layer`, counted from 0, of the state's tokens: a packed block, or the head.
void ClipEncoder::run_layer(const Images& images, const LayerState& state, float* y,
                            EncoderWorkspace& workspace) const {
  const auto layer = static_cast<std::size_t>(state.layer);
  if (layer >= blocks_.size()) {
    head_->run({*this, images, state}, y, workspace);
    return;
  }
  kernels::AttentionWatcher watcher;
  if (head_ && head_->watches(state.layer + 1)) {
    watcher = [&](const kernels::AttentionParts& parts) { head_->watch(state.layer + 1, parts, workspace); };
  }
  const float* prompt = state.prompt.joined(state.batch, config_.width, workspace.prompt);
  blocks_[layer].run({state.tokens, prompt, state.batch, state.layout.tokens, state.prompt.count()}, y,
                     workspace.blocks, workspace.sums != nullptr ? &(*workspace.sums)[layer] : nullptr,
                     watcher);
}

LayerState ClipEncoder::encode(const Images& images, LayerHook* hook, EncoderWorkspace& workspace) const {
  LayerState state;
  state.batch = images.batch;
  state.grid = grid_of(images.height, images.width);
  state.layout = {1 + state.grid.size(), 1 + kClassTokenRow, kClassTokenRow};
  const auto size = images.batch * state.layout.tokens * config_.width;
  float* next = workspace.next.reserve(size);
  state.tokens = workspace.tokens.reserve(size);
  timed(Stage::kPatchEmbedding, [&] {
    embed(images, state.grid, workspace, state.tokens);
    return 0;
  });
  if (hook != nullptr) hook->between_layers(state);
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    if (workspace.watcher) workspace.watcher(state);
    if (head_ && head_->listens_after(i)) head_->listen(state, workspace);
    run_layer(images, state, next, workspace);
    std::swap(state.tokens, next);
    state.layer = i + 1;
    state.prompt.clear();
    if (hook != nullptr) hook->between_layers(state);
  }
  return state;
}

void ClipEncoder::project(const float* x, std::int64_t rows, float* y, kernels::Buffer<float>& memory) const {
  float* normed = memory.reserve(rows * config_.width);
  kernels::layer_norm(x, rows, config_.width, ln_post_.weight, ln_post_.bias, ln_post_.epsilon, normed);
  kernels::linear(normed, rows, config_.width, projection_.floats(), nullptr, joint_, y);
  unit_rows(y, rows, joint_, y);
}

}  // namespace relprompt::engine
