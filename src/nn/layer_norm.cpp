#include "nn/layer_norm.h"

#include "kernels/layer_norm.h"

namespace relprompt::nn {

torch::Tensor layer_norm(torch::nn::LayerNorm& norm, const torch::Tensor& x) {
  const auto takes = [](const torch::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
           !(torch::GradMode::is_enabled() && tensor.requires_grad());
  };
  const auto &weight = norm->weight, &bias = norm->bias;
  if (!takes(x) || !takes(weight) || !takes(bias)) return norm(x);
  const auto from = x.contiguous(), w = weight.contiguous(), b = bias.contiguous();
  auto y = torch::empty_like(from);
  kernels::layer_norm(from.data_ptr<float>(), from.numel() / w.numel(), w.numel(), w.data_ptr<float>(),
                      b.data_ptr<float>(), static_cast<float>(norm->options.eps()), y.data_ptr<float>());
  return y;
}

}  // namespace relprompt::nn
