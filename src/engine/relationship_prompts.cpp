#include "engine/relationship_prompts.h"

#include <algorithm>

#include "engine/prompt_tensors.h"
#include "kernels/gemm.h"
#include "kernels/linear.h"
#include "kernels/simd_kernels.h"

namespace relprompt::engine {
namespace {

using kernels::Side;

constexpr float kPromptNormEpsilon = 1e-6f;

kernels::Precision product_precision(kernels::Precision precision) {
  const bool half = precision != kernels::Precision::kFp32 && kernels::native_bfloat16();
  return half ? kernels::Precision::kBf16 : kernels::Precision::kFp32;
}

kernels::PackedAlignment pack_alignment(const PromptTensors& tensors, const ClipEncoder& encoder,
                                        kernels::Precision precision) {
  const auto weight = tensors.at("prompt_norm.weight"), bias = tensors.at("prompt_norm.bias");
  return kernels::PackedAlignment({encoder.width(),
                                   encoder.joint(),
                                   {weight.floats(), bias.floats(), kPromptNormEpsilon},
                                   encoder.ln_post(),
                                   encoder.projection()},
                                  precision);
}

/// x [rows, D] W^T, plus the bias if there is one.
std::vector<float> through(const model::Tensor& x, const model::Tensor& weight, const float* bias) {
  const auto width = weight.shape()[0], rows = x.elements() / weight.shape()[1];
  std::vector<float> y(static_cast<std::size_t>(rows * width));
  if (rows > 0) kernels::linear(x.floats(), rows, weight.shape()[1], weight.floats(), bias, width, y.data());
  return y;
}

}  // namespace

RelationshipPrompts::RelationshipPrompts(const model::ModelFiles& model, const ClipEncoder& encoder,
                                         kernels::Precision precision)
    : encoder_(encoder), options_(model.config.prompts->rpm), precision_(product_precision(precision)) {
  const PromptTensors tensors(model);
  alignment_.emplace(pack_alignment(tensors, encoder, precision));
  if (options_.apg == model::Apg::kLinear) {
    bias_ = tensors.at("apg.bias");
    knowledge_ = tensors.at("apg.weight").values();
  } else {
    const auto weight = tensors.at("prompt_linear.weight");
    bias_ = tensors.at("prompt_linear.bias");
    knowledge_ = through(tensors.at("h"), weight, nullptr);
    const bool visual = options_.variant == model::Variant::kOfficial && options_.visual_prompt_tokens > 0;
    if (visual) visual_ = through(tensors.at("vpt"), weight, bias_.floats());
  }
  if (options_.variant == model::Variant::kOfficial || !options_.use_m2oe) return;
  for (std::int64_t i = 0; i + 1 < encoder.layers(); ++i) {
    const auto stem = "m2oe." + std::to_string(i) + ".";
    const auto at = [&](const std::string& name) { return tensors.at(stem + name); };
    const auto down = at("down.weight"), down_bias = at("down.bias"), up = at("up.weight"),
               up_bias = at("up.bias");
    mixtures_.push_back(
        {ExpertMixture(options_.m2oe, at),
         alignment_->pack(
             {options_.m2oe.rank, {down.floats(), down_bias.floats()}, {up.floats(), up_bias.floats()}})});
  }
}

void RelationshipPrompts::align(const LayerState& state, float* y, PromptWorkspace& workspace) const {
  const auto rows = state.batch * state.layout.tokens, patches = state.grid.size();
  const bool mixes = state.layer <= static_cast<std::int64_t>(mixtures_.size());
  const auto* mixture = mixes ? &mixtures_[static_cast<std::size_t>(state.layer - 1)] : nullptr;
  const auto rank = mixes ? mixture->packed.rank : 0;
  float* reduced = mixes ? workspace.reduced.reserve(rows * rank) : nullptr;
  float* mixed = mixes ? workspace.mixed.reserve(state.batch * patches * rank) : nullptr;
  const auto* packed = mixes ? &mixture->packed : nullptr;
  alignment_->project(state.tokens, rows, packed, y, reduced, workspace.alignment);
  for (std::int64_t b = 0; b < state.batch && mixes; ++b) {
    const auto first = b * state.layout.tokens + state.layout.first_patch;
    mixture->experts.mix(reduced + first * rank, state.grid, mixed + b * patches * rank);
  }
  alignment_->finish(state.batch, state.layout.tokens, packed, mixed, y, workspace.alignment);
}

const MappedKnowledge& RelationshipPrompts::knowledge_at(Grid grid, PromptWorkspace& workspace) const {
  auto& mapped = workspace.knowledge;
  if (mapped && mapped->grid == grid) return *mapped;
  const auto side = options_.knowledge_grid, d = encoder_.width(), n = grid.size();
  // Resizing after the linear layer is the same as before it, as both are linear.
  const auto rows = resize_rows(knowledge_.data(), {side, side}, grid, d);
  std::vector<float> by_width(rows.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < d; ++k) {
      by_width[static_cast<std::size_t>(k * n + i)] = rows[static_cast<std::size_t>(i * d + k)];
    }
  }
  kernels::PackedLinear prompts(by_width.data(), bias_.floats(), n, d, precision_);
  mapped.emplace(MappedKnowledge{grid, std::move(by_width), std::move(prompts)});
  return *mapped;
}

void RelationshipPrompts::multiply(const float* x, std::int64_t rows, std::int64_t inputs,
                                   const float* weight, const float* bias, std::int64_t outputs, float* y,
                                   PromptWorkspace& workspace) const {
  if (precision_ == kernels::Precision::kFp32) {
    kernels::linear(x, rows, inputs, weight, bias, outputs, y);
    return;
  }
  auto* halves = workspace.halves.reserve(outputs * inputs);
  kernels::simd_kernels().narrow_bfloat16(weight, outputs * inputs, halves);
  kernels::linear_bf16(x, rows, inputs, halves, bias, outputs, y);
}

/// prompt [C, D] = m [C, N] (h W^T) + b (Eq. 3). m may be overwritten.
void RelationshipPrompts::prompts_by_map(const MappedKnowledge& knowledge, float* m, std::int64_t classes,
                                         float* prompt, PromptWorkspace& workspace) const {
  const auto rows = kernels::prepare_rows(m, classes, knowledge.grid.size(), precision_, workspace.scratch);
  knowledge.prompts.multiply(rows, classes, nullptr, false, prompt, workspace.scratch);
}

/// The same prompts without the map: p^T (h W^T) first, [D, E], whose size the classes do not change.
void RelationshipPrompts::prompts_without_map(const MappedKnowledge& knowledge, const float* texts,
                                              std::int64_t classes, const float* p, float* prompt,
                                              PromptWorkspace& workspace) const {
  const auto d = encoder_.width(), n = knowledge.grid.size(), e = encoder_.joint();
  float* product = workspace.product.reserve(d * e);
  if (precision_ == kernels::Precision::kFp32) {
    kernels::gemm(Side::kPlain, Side::kPlain, d, e, n, 1, knowledge.by_width.data(), n, p, e, 0, product, e);
  } else {
    auto* halves = workspace.halves.reserve(n * e);
    kernels::simd_kernels().narrow_bfloat16(p, n * e, halves);
    kernels::product_bf16(knowledge.by_width.data(), d, n, halves, e, product);
  }
  multiply(texts, classes, e, product, bias_.floats(), d, prompt, workspace);
}

}  // namespace relprompt::engine
