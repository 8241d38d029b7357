#include "kernels/block.h"

#include <algorithm>
#include <optional>

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

const float* given(const std::vector<float>& centre) {
  return centre.empty() ? nullptr : centre.data();
}

/// x [rows, width] less the centre, if there is one; y may be x.
void centred(const float* x, std::int64_t rows, std::int64_t width, const std::vector<float>& centre,
             float* y) {
  if (!centre.empty()) {
    loops().subtract_row(x, rows, width, centre.data(), y);
  } else if (x != y) {
    std::copy_n(x, rows * width, y);
  }
}

/// What `finish` sees in one pass.
struct PassSums {
  PassSums(std::int64_t blocks, std::int64_t width, std::int64_t mlp_width)
      : out(blocks, width), hidden(blocks, width), back(blocks, mlp_width) {}
  ColumnSums out, hidden, back;
};

}  // namespace

PackedBlock::Norm::Norm(const NormWeights& from, std::int64_t width, const std::vector<float>& centre)
    : weight(from.weight, from.weight + width), bias(from.bias, from.bias + width), epsilon(from.epsilon) {
  for (std::size_t i = 0; i < centre.size(); ++i) bias[i] -= centre[i];
}

PackedBlock::PackedBlock(const BlockWeights& from, Precision precision, const LayerInputs& centres)
    : width_(from.width),
      heads_(from.heads),
      mlp_width_(from.mlp_width),
      activation_(from.activation),
      precision_(precision),
      ln_1_(from.ln_1, from.width, centres.in),
      ln_2_(from.ln_2, from.width, centres.hidden),
      out_centre_(centres.out),
      back_centre_(centres.back),
      queries_(from.in.weight, from.in.bias, width_, width_, precision, given(centres.in)),
      keys_values_(from.in.weight + width_ * width_, from.in.bias + width_, width_, 2 * width_, precision,
                   given(centres.in)),
      out_(from.out.weight, from.out.bias, width_, width_, precision, given(centres.out)),
      hidden_(from.hidden.weight, from.hidden.bias, width_, mlp_width_, precision, given(centres.hidden)),
      back_(from.back.weight, from.back.bias, mlp_width_, width_, precision, given(centres.back)) {}

PackedBlock::Copies PackedBlock::widen(Buffer<float>& memory) const {
  Copies copies;
  if (queries_.widened_size() == 0) return copies;
  const std::pair<const PackedLinear*, const float**> parts[] = {{&queries_, &copies.queries},
                                                                 {&keys_values_, &copies.keys_values},
                                                                 {&out_, &copies.out},
                                                                 {&hidden_, &copies.hidden},
                                                                 {&back_, &copies.back}};
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

void PackedBlock::project(const BlockInput& input, const Copies& copies, BlockWorkspace& workspace,
                          InputSums* sums) const {
  const std::int64_t rows = input.batch * input.tokens, extra = input.batch * input.prompts;
  float* queries = workspace.queries.reserve(rows * width_);
  float* own_kv = workspace.own_kv.reserve(rows * 2 * width_);
  float* extra_kv = workspace.extra_kv.reserve(extra * 2 * width_);
  const auto step = rows_a_block(rows + extra);
  const auto own = (rows + step - 1) / step, all = own + (extra + step - 1) / step;
  std::optional<ColumnSums> seen;
  if (sums != nullptr) seen.emplace(all, width_);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t block = 0; block < all; ++block) {
    const bool prompt = block >= own;
    const auto begin = (prompt ? block - own : block) * step,
               count = std::min(step, (prompt ? extra : rows) - begin);
    auto& s = scratch();
    float* normed = s.normed.reserve(count * width_);
    loops().layer_norm_rows((prompt ? input.prompt : input.x) + begin * width_, count, width_,
                            ln_1_.weight.data(), ln_1_.bias.data(), ln_1_.epsilon, normed);
    if (seen) seen->look(block, normed, count);
    const auto prepared = prepare_rows(normed, count, width_, precision_, s.room);
    keys_values_.multiply(prepared, count, copies.keys_values, false,
                          (prompt ? extra_kv : own_kv) + begin * 2 * width_, s.room);
    if (prompt) continue;  // nobody asks what a prompt looks at
    queries_.multiply(prepared, count, copies.queries, false, queries + begin * width_, s.room);
  }
  if (!seen) return;
  seen->add_to(sums->in);
  sums->in_rows += rows + extra;
}

void PackedBlock::finish(const float* x, const float* mixed, const Copies& copies, std::int64_t rows,
                         float* y, InputSums* sums) const {
  const auto step = rows_a_block(rows);
  std::optional<PassSums> seen;
  if (sums != nullptr) seen.emplace((rows + step - 1) / step, width_, mlp_width_);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const auto count = std::min(step, rows - begin);
    auto& s = scratch();
    float* to = y + begin * width_;
    float* normed = s.normed.reserve(count * width_);
    float* hidden = s.hidden.reserve(count * mlp_width_);
    std::copy_n(x + begin * width_, count * width_, to);
    centred(mixed + begin * width_, count, width_, out_centre_, normed);
    if (seen) seen->out.look(begin / step, normed, count);
    out_.multiply(prepare_rows(normed, count, width_, precision_, s.room), count, copies.out, true, to,
                  s.room);
    loops().layer_norm_rows(to, count, width_, ln_2_.weight.data(), ln_2_.bias.data(), ln_2_.epsilon, normed);
    if (seen) seen->hidden.look(begin / step, normed, count);
    hidden_.multiply(prepare_rows(normed, count, width_, precision_, s.room), count, copies.hidden, false,
                     hidden, s.room);
    loops().activate(hidden, count * mlp_width_, activation_, hidden);
    if (seen) seen->back.look(begin / step, hidden, count);
    centred(hidden, count, mlp_width_, back_centre_, hidden);
    back_.multiply(prepare_rows(hidden, count, mlp_width_, precision_, s.room), count, copies.back, true, to,
                   s.room);
  }
  if (!seen) return;
  seen->out.add_to(sums->out);
  seen->hidden.add_to(sums->hidden);
  seen->back.add_to(sums->back);
  sums->rows += rows;
}

void PackedBlock::run(const BlockInput& input, float* y, BlockWorkspace& workspace, InputSums* sums) const {
  const auto copies = widen(workspace.widened);
  float* mixed = workspace.mixed.reserve(input.batch * input.tokens * width_);
  const bool extra = input.prompt != nullptr && input.prompts > 0;
  {
    const StageTimer timer(Stage::kAttention);
    project(input, copies, workspace, sums);
    attention(AttentionParts{workspace.queries.data(), workspace.own_kv.data(), width_, 2 * width_,
                             extra ? workspace.extra_kv.data() : nullptr, input.batch, input.tokens,
                             extra ? input.prompts : 0, width_, heads_},
              mixed, precision_);
  }
  // The output projection of the attention is part of the pass over rows that the MLP makes.
  const StageTimer timer(Stage::kMlp);
  finish(input.x, mixed, copies, input.batch * input.tokens, y, sums);
}

}  // namespace relprompt::kernels
