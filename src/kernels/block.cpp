#include "kernels/block.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/stage_timer.h"
#include "kernels/attention.h"
#include "kernels/instruction_sets.h"
#include "kernels/packed_product.h"
#include "kernels/row_blocks.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

/// A thread's rows between the steps; kept for the next layer.
struct Scratch {
  ProductScratch product;
  Buffer<float> normed, hidden;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

const float* given(const std::vector<float>& mean) {
  return mean.empty() ? nullptr : mean.data();
}

/// x [rows, width] less the mean, if there is one; y may be x.
void subtract_mean(const float* x, std::int64_t rows, std::int64_t width, const PackedArray<float>& mean,
                   float* y) {
  if (!mean.empty()) {
    simd_kernels().subtract_row(x, rows, width, mean.data(), y);
  } else if (x != y) {
    std::copy_n(x, rows * width, y);
  }
}

/// What `finish` sees in one pass.
struct PassSums {
  PassSums(std::int64_t blocks, std::int64_t width, std::int64_t mlp_width)
      : proj(blocks, width), fc1(blocks, width), fc2(blocks, mlp_width) {}
  ColumnSums proj, fc1, fc2;
};

}  // namespace

PackedBlock::Norm::Norm(const NormWeights& from, std::int64_t width, const std::vector<float>& mean)
    : weight(std::vector<float>(from.weight, from.weight + width)), epsilon(from.epsilon) {
  std::vector<float> less(from.bias, from.bias + width);
  for (std::size_t i = 0; i < mean.size(); ++i) less[i] -= mean[i];
  bias = PackedArray<float>(std::move(less));
}

void PackedBlock::Norm::visit(PackArchive& archive, std::int64_t width) {
  archive.array(weight, width);
  archive.array(bias, width);
}

PackedBlock::PackedBlock(const BlockWeights& from, Precision precision, const ActivationMeans& means)
    : width_(from.width),
      heads_(from.heads),
      mlp_width_(from.mlp_width),
      activation_(from.activation),
      precision_(precision),
      ln_1_(from.ln_1, from.width, means.qkv),
      ln_2_(from.ln_2, from.width, means.fc1),
      proj_mean_(PackedArray<float>(means.proj)),
      fc2_mean_(PackedArray<float>(means.fc2)),
      queries_(from.qkv.weight, from.qkv.bias, width_, width_, precision, given(means.qkv)),
      keys_values_(from.qkv.weight + width_ * width_, from.qkv.bias + width_, width_, 2 * width_, precision,
                   given(means.qkv)),
      proj_(from.proj.weight, from.proj.bias, width_, width_, precision, given(means.proj)),
      fc1_(from.fc1.weight, from.fc1.bias, width_, mlp_width_, precision, given(means.fc1)),
      fc2_(from.fc2.weight, from.fc2.bias, mlp_width_, width_, precision, given(means.fc2)) {}

PackedBlock::PackedBlock(const BlockWeights& shape, Precision precision, bool means, PackArchive& from)
    : width_(shape.width),
      heads_(shape.heads),
      mlp_width_(shape.mlp_width),
      activation_(shape.activation),
      precision_(precision),
      ln_1_(shape.ln_1.epsilon),
      ln_2_(shape.ln_2.epsilon) {
  visit_vectors(from, means);
  // In the order of write.
  queries_ = PackedLinear(width_, width_, precision, true, from);
  keys_values_ = PackedLinear(width_, 2 * width_, precision, true, from);
  proj_ = PackedLinear(width_, width_, precision, true, from);
  fc1_ = PackedLinear(width_, mlp_width_, precision, true, from);
  fc2_ = PackedLinear(mlp_width_, width_, precision, true, from);
}

void PackedBlock::write(PackArchive& to) {
  visit_vectors(to, !proj_mean_.empty());
  for (auto* layer : {&queries_, &keys_values_, &proj_, &fc1_, &fc2_}) layer->write(to);
}

void PackedBlock::visit_vectors(PackArchive& archive, bool means) {
  ln_1_.visit(archive, width_);
  ln_2_.visit(archive, width_);
  if (!means) return;
  archive.array(proj_mean_, width_);
  archive.array(fc2_mean_, mlp_width_);
}

std::string PackedBlock::layout(std::int64_t width, std::int64_t mlp_width, Precision precision) {
  auto text = fmt::format("precision {} native bf16 {} int8 limit {} {}\n", static_cast<int>(precision),
                          native_bfloat16(), int8_limit(), arithmetic_text());
  const std::pair<std::int64_t, std::int64_t> layers[] = {
      {width, width}, {width, 2 * width}, {width, width}, {width, mlp_width}, {mlp_width, width}};
  for (const auto& [inputs, outputs] : layers) text += PackedLinear::layout(inputs, outputs, precision);
  return text;
}

PackedBlock::Copies PackedBlock::widen(Buffer<float>& memory) const {
  Copies copies;
  if (queries_.widened_size() == 0) return copies;
  const std::pair<const PackedLinear*, const float**> parts[] = {{&queries_, &copies.queries},
                                                                 {&keys_values_, &copies.keys_values},
                                                                 {&proj_, &copies.proj},
                                                                 {&fc1_, &copies.fc1},
                                                                 {&fc2_, &copies.fc2}};
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

// LN(x) = ln_1(x); queries [B, T, D] = LN(x) Wq + bq; keys and values [B, T, 2D] = LN(x) Wkv + bkv, and those
// of prompts [B, P, 2D] in the same way.
void PackedBlock::project(const BlockInput& input, const Copies& copies, float* queries,
                          BlockWorkspace& workspace, ActivationStatistics* sums) const {
  const std::int64_t rows = input.batch * input.tokens, extra = input.batch * input.prompts;
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
    simd_kernels().layer_norm_rows((prompt ? input.prompt : input.x) + begin * width_, count, width_,
                                   ln_1_.weight.data(), ln_1_.bias.data(), ln_1_.epsilon, normed);
    if (seen) seen->look(block, normed, count);
    const auto prepared = prepare_rows(normed, count, width_, precision_, s.product);
    keys_values_.multiply(prepared, count, copies.keys_values, false,
                          (prompt ? extra_kv : own_kv) + begin * 2 * width_, s.product);
    if (prompt) continue;  // prompts give keys and values only: their outputs would be discarded
    queries_.multiply(prepared, count, copies.queries, false, queries + begin * width_, s.product);
  }
  if (!seen) return;
  seen->add_to(sums->qkv);
  sums->qkv_rows += rows + extra;
}

// y [B T, D] holds the mixed values A v on entry. x' = x + proj(A v), [B T, D]; hidden [B T, M] =
// activation(fc1(ln_2(x'))); y = x' + fc2(hidden).
void PackedBlock::finish(const float* x, const Copies& copies, std::int64_t rows, float* y,
                         ActivationStatistics* sums) const {
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
    subtract_mean(to, count, width_, proj_mean_, normed);
    std::copy_n(x + begin * width_, count * width_, to);
    if (seen) seen->proj.look(begin / step, normed, count);
    proj_.multiply(prepare_rows(normed, count, width_, precision_, s.product), count, copies.proj, true, to,
                   s.product);
    simd_kernels().layer_norm_rows(to, count, width_, ln_2_.weight.data(), ln_2_.bias.data(), ln_2_.epsilon,
                                   normed);
    if (seen) seen->fc1.look(begin / step, normed, count);
    fc1_.multiply(prepare_rows(normed, count, width_, precision_, s.product), count, copies.fc1, false,
                  hidden, s.product);
    simd_kernels().activate(hidden, count * mlp_width_, activation_, hidden);
    if (seen) seen->fc2.look(begin / step, hidden, count);
    subtract_mean(hidden, count, mlp_width_, fc2_mean_, hidden);
    fc2_.multiply(prepare_rows(hidden, count, mlp_width_, precision_, s.product), count, copies.fc2, true, to,
                  s.product);
  }
  if (!seen) return;
  seen->proj.add_to(sums->proj);
  seen->fc1.add_to(sums->fc1);
  seen->fc2.add_to(sums->fc2);
  sums->rows += rows;
}

// A v [B, T, D], heads joined: A = softmax(q k^T / sqrt(d)) over the T tokens and the P prompts.
void PackedBlock::run(const BlockInput& input, float* y, BlockWorkspace& workspace,
                      ActivationStatistics* sums, const AttentionWatcher& watcher) const {
  const auto copies = widen(workspace.widened);
  const bool extra = input.prompt != nullptr && input.prompts > 0;
  {
    const StageTimer timer(Stage::kAttention);
    // Queries, what attention makes of them and the result are of one size and follow each other: all lie in
    // y.
    project(input, copies, y, workspace, sums);
    const auto* own_kv = workspace.own_kv.data();
    const AttentionParts parts = {y,           own_kv,       own_kv + width_,
                                  width_,      2 * width_,   extra ? workspace.extra_kv.data() : nullptr,
                                  input.batch, input.tokens, extra ? input.prompts : 0,
                                  width_,      heads_};
    if (watcher) watcher(parts);
    attention(parts, y, precision_);
  }
  // The output projection of the attention is part of the pass over rows that the MLP makes.
  const StageTimer timer(Stage::kMlp);
  finish(input.x, copies, input.batch * input.tokens, y, sums);
}

}  // namespace relprompt::kernels
