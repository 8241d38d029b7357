#include "lpm/lpm.h"

#include <cmath>

namespace relprompt::lpm {

LpmImpl::LpmImpl(std::int64_t joint, const LpmOptions& options) : options_(options) {
  if (!options.trained) return;
  const torch::nn::LayerNormOptions norm({joint});
  vis_proj_ = register_module("vis_proj", nn::Linear(joint, joint));
  vis_norm_ = register_module("vis_norm", torch::nn::LayerNorm(norm));
  text_fuse_ = register_module("text_fuse", nn::Linear(options.form == Form::kC ? 2 * joint : joint, joint));
  text_norm_ = register_module("text_norm", torch::nn::LayerNorm(norm));
  if (options.second_text_linear) text_proj_ = register_module("text_proj", nn::Linear(joint, joint));
}

torch::Tensor LpmImpl::text_side(const torch::Tensor& g, const torch::Tensor& t) const {
  const auto texts = t.unsqueeze(0).expand({g.size(0), t.size(0), t.size(1)});
  if (options_.form == Form::kA) return texts;
  const auto product = g.unsqueeze(1) * texts;
  if (options_.form == Form::kB) return product;
  return options_.trained ? torch::cat({product, texts}, -1) : product + texts;
}

torch::Tensor LpmImpl::forward(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t) {
  auto k = text_side(g, t);
  if (!options_.trained) return torch::matmul(p, k.transpose(1, 2));
  k = text_fuse_(k);
  if (options_.second_text_linear) k = text_proj_(k);
  const auto o = vis_norm_(vis_proj_(p)) / std::sqrt(static_cast<double>(t.size(1)));
  return torch::matmul(o, text_norm_(k).transpose(1, 2));
}

}  // namespace relprompt::lpm
