#include "lpm/lpm.h"

#include <cmath>
#include <vector>

#include "base/stage_timer.h"
#include "nn/layer_norm.h"

namespace relprompt::lpm {

namespace {

/// a b^T, image by image on our own kernels: [B, N, E], [B, C, E] -> [B, N, C].
torch::Tensor products(const torch::Tensor& a, const torch::Tensor& b) {
  if (!a.is_cpu()) return torch::matmul(a, b.transpose(1, 2));
  std::vector<torch::Tensor> images;
  for (std::int64_t i = 0; i < a.size(0); ++i) images.push_back(nn::product(a[i], b[i]));
  return torch::stack(images);
}

}  // namespace

LpmImpl::LpmImpl(std::int64_t joint, const model::LpmOptions& options) : options_(options) {
  if (!options.trained) return;
  const torch::nn::LayerNormOptions norm({joint});
  vis_proj_ = register_module("vis_proj", nn::Linear(joint, joint));
  vis_norm_ = register_module("vis_norm", torch::nn::LayerNorm(norm));
  text_fuse_ =
      register_module("text_fuse", nn::Linear(options.form == model::Form::kC ? 2 * joint : joint, joint));
  text_norm_ = register_module("text_norm", torch::nn::LayerNorm(norm));
  if (options.second_text_linear) text_proj_ = register_module("text_proj", nn::Linear(joint, joint));
}

torch::Tensor LpmImpl::text_side(const torch::Tensor& g, const torch::Tensor& t) const {
  const auto texts = t.unsqueeze(0).expand({g.size(0), t.size(0), t.size(1)});
  if (options_.form == model::Form::kA) return texts;
  const auto product = g.unsqueeze(1) * texts;
  if (options_.form == model::Form::kB) return product;
  return options_.trained ? torch::cat({product, texts}, -1) : product + texts;
}

torch::Tensor LpmImpl::forward(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t) {
  const StageTimer timer(Stage::kLpm);
  auto k = text_side(g, t);
  if (!options_.trained) return products(p, k / options_.temperature);
  k = text_fuse_(k);
  if (options_.second_text_linear) k = text_proj_(k);
  const auto o = nn::layer_norm(vis_norm_, vis_proj_(p)) / std::sqrt(static_cast<double>(t.size(1)));
  return products(o, nn::layer_norm(text_norm_, k));
}

}  // namespace relprompt::lpm
