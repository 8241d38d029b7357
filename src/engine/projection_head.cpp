#include "engine/projection_head.h"

#include <cmath>

#include "base/stage_timer.h"
#include "engine/prompt_tensors.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"

namespace relprompt::engine {
namespace {

constexpr float kNormEpsilon = 1e-5f;

}  // namespace

void ProjectionHead::Linear::run(const float* x, std::int64_t rows, float* y) const {
  kernels::linear(x, rows, weight.shape()[1], weight.floats(), bias.floats(), weight.shape()[0], y);
}

void ProjectionHead::Norm::run(float* x, std::int64_t rows) const {
  kernels::layer_norm(x, rows, weight.elements(), weight.floats(), bias.floats(), kNormEpsilon, x);
}

ProjectionHead::ProjectionHead(const model::ModelFiles& model)
    : options_(model.config.prompts->lpm), joint_(model.config.clip.joint) {
  if (!options_.trained) return;
  const PromptTensors tensors(model);
  vis_proj_ = {tensors.at("vis_proj.weight"), tensors.at("vis_proj.bias")};
  vis_norm_ = {tensors.at("vis_norm.weight"), tensors.at("vis_norm.bias")};
  text_fuse_ = {tensors.at("text_fuse.weight"), tensors.at("text_fuse.bias")};
  text_norm_ = {tensors.at("text_norm.weight"), tensors.at("text_norm.bias")};
  if (options_.second_text_linear)
    text_proj_ = {tensors.at("text_proj.weight"), tensors.at("text_proj.bias")};
}

const float* ProjectionHead::text_side(const float* g, const Texts& texts,
                                       ProjectionWorkspace& workspace) const {
  const auto c = texts.count, e = joint_;
  const bool both = options_.form == model::Form::kC, joined = both && options_.trained;
  const float* k = texts.rows;
  if (options_.form != model::Form::kA) {
    const auto stride = joined ? 2 * e : e;
    float* made = workspace.texts.reserve(c * stride);
    for (std::int64_t i = 0; i < c; ++i) {
      const float* t = texts.rows + i * e;
      for (std::int64_t j = 0; j < e; ++j) {
        made[i * stride + j] = t[j] * g[j] + (both && !joined ? t[j] : 0.0f);
        if (joined) made[i * stride + e + j] = t[j];
      }
    }
    k = made;
  }
  if (!options_.trained) return k;
  float* fused = workspace.fused.reserve(c * e);
  text_fuse_.run(k, c, fused);
  if (options_.second_text_linear) {
    float* second = workspace.second.reserve(c * e);
    text_proj_.run(fused, c, second);
    fused = second;
  }
  text_norm_.run(fused, c);
  return fused;
}

void ProjectionHead::run(const Features& features, std::int64_t batch, const Texts& texts, float* logits,
                         ProjectionWorkspace& workspace) const {
  const StageTimer timer(Stage::kLpm);
  const auto e = joint_, c = texts.count,
             n = static_cast<std::int64_t>(features.patches.size()) / (batch * e);
  for (std::int64_t b = 0; b < batch; ++b) {
    const float *p = features.patches.data() + b * n * e, *g = features.global.data() + b * e;
    const float* k = text_side(g, texts, workspace);
    const float* o = p;
    if (options_.trained) {
      // o = LN(W p + b) / sqrt(E), [N, E].
      float* projected = workspace.projected.reserve(n * e);
      vis_proj_.run(p, n, projected);
      vis_norm_.run(projected, n);
      const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(e)));
      for (std::int64_t i = 0; i < n * e; ++i) projected[i] *= scale;
      o = projected;
    }
    // logits^T = k o^T, [C, N].
    float* of_image = logits + b * c * n;
    kernels::linear(k, c, e, o, nullptr, n, of_image);
    if (options_.temperature == 1) continue;
    const auto scale = static_cast<float>(1 / options_.temperature);
    for (std::int64_t i = 0; i < c * n; ++i) of_image[i] *= scale;
  }
}

}  // namespace relprompt::engine
