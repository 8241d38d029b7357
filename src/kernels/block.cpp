#include "kernels/block.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "kernels/attention.h"
#include "kernels/loops.h"
#include "kernels/row_blocks.h"

namespace relprompt::kernels {
namespace {

/// A thread's rows between the steps; kept for the next layer.
struct Scratch {
  Room room;
  Buffer<float> normed, hidden;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

}  // namespace

PackedBlock::Norm::Norm(const NormWeights& from, std::int64_t width)
    : weight(from.weight, from.weight + width), bias(from.bias, from.bias + width), epsilon(from.epsilon) {}

PackedBlock::PackedBlock(const BlockWeights& from, Precision precision)
    : width_(from.width),
      heads_(from.heads),
      mlp_width_(from.mlp_width),
      activation_(from.activation),
      precision_(precision),
      ln_1_(from.ln_1, from.width),
      ln_2_(from.ln_2, from.width),
      in_(from.in.weight, from.in.bias, width_, 3 * width_, precision),
      out_(from.out.weight, from.out.bias, width_, width_, precision),
      hidden_(from.hidden.weight, from.hidden.bias, width_, mlp_width_, precision),
      back_(from.back.weight, from.back.bias, mlp_width_, width_, precision) {}

PackedBlock::Copies PackedBlock::widen(Buffer<float>& memory) const {
  Copies copies;
  if (in_.widened_size() == 0) return copies;
  const std::pair<const PackedLinear*, const float**> parts[] = {
      {&in_, &copies.in}, {&out_, &copies.out}, {&hidden_, &copies.hidden}, {&back_, &copies.back}};
  std::int64_t size = 0;
  for (const auto& part : parts) size += part.first->widened_size();
  float* next = memory.reserve(size);
  for (const auto& [layer, copy] : parts) {
    layer->widen(next);
    *copy = next;
    next += layer->widened_size();
  }
  return copies;
}

void PackedBlock::project(const BlockInput& input, const Copies& copies, BlockWorkspace& workspace) const {
  const std::int64_t rows = input.batch * input.tokens, extra = input.batch * input.prompts;
  float* qkv = workspace.qkv.reserve(rows * 3 * width_);
  float* extra_kv = workspace.extra_kv.reserve(extra * 2 * width_);
  const auto step = rows_a_block(rows + extra);
  const auto own = (rows + step - 1) / step, all = own + (extra + step - 1) / step;
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t block = 0; block < all; ++block) {
    const bool prompt = block >= own;
    const auto begin = (prompt ? block - own : block) * step,
               count = std::min(step, (prompt ? extra : rows) - begin);
    auto& s = scratch();
    float* normed = s.normed.reserve(count * width_);
    loops().layer_norm_rows((prompt ? input.prompt : input.x) + begin * width_, count, width_,
                            ln_1_.weight.data(), ln_1_.bias.data(), ln_1_.epsilon, normed);
    const auto prepared = prepare_rows(normed, count, width_, precision_, s.room);
    // A prompt's query is not needed; a product that leaves it out would need its own copy of the weights.
    float* to = prompt ? s.hidden.reserve(count * 3 * width_) : qkv + begin * 3 * width_;
    in_.multiply(prepared, count, copies.in, false, to, s.room);
    for (std::int64_t r = 0; prompt && r < count; ++r) {
      std::copy_n(to + (3 * r + 1) * width_, 2 * width_, extra_kv + (begin + r) * 2 * width_);
    }
  }
}

void PackedBlock::finish(const float* x, const float* mixed, const Copies& copies, std::int64_t rows,
                         float* y) const {
  const auto step = rows_a_block(rows);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const auto count = std::min(step, rows - begin);
    auto& s = scratch();
    float* to = y + begin * width_;
    float* normed = s.normed.reserve(count * width_);
    float* hidden = s.hidden.reserve(count * mlp_width_);
    std::copy_n(x + begin * width_, count * width_, to);
    std::copy_n(mixed + begin * width_, count * width_, normed);
    out_.multiply(prepare_rows(normed, count, width_, precision_, s.room), count, copies.out, true, to,
                  s.room);
    loops().layer_norm_rows(to, count, width_, ln_2_.weight.data(), ln_2_.bias.data(), ln_2_.epsilon, normed);
    hidden_.multiply(prepare_rows(normed, count, width_, precision_, s.room), count, copies.hidden, false,
                     hidden, s.room);
    loops().activate(hidden, count * mlp_width_, activation_, hidden);
    back_.multiply(prepare_rows(hidden, count, mlp_width_, precision_, s.room), count, copies.back, true, to,
                   s.room);
  }
}

void PackedBlock::run(const BlockInput& input, float* y, BlockWorkspace& workspace) const {
  const auto copies = widen(workspace.widened);
  float* mixed = workspace.mixed.reserve(input.batch * input.tokens * width_);
  const bool extra = input.prompt != nullptr && input.prompts > 0;
  {
    const StageTimer timer(Stage::kAttention);
    project(input, copies, workspace);
    attention({workspace.qkv.data(), extra ? workspace.extra_kv.data() : nullptr, input.batch, input.tokens,
               extra ? input.prompts : 0, width_, heads_},
              mixed);
  }
  // The output projection of the attention is part of the pass over rows that the MLP makes.
  const StageTimer timer(Stage::kMlp);
  finish(input.x, mixed, copies, input.batch * input.tokens, y);
}

}  // namespace relprompt::kernels
