#include "nn/linear.h"

#include "nn/linear_function.h"

namespace relprompt::nn {
namespace {

torch::Tensor activate(const torch::Tensor& x, Activation activation) {
  if (activation == Activation::kGelu) return at::gelu(x);
  return x * torch::sigmoid(1.702 * x);
}

}  // namespace

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  if (takes_kernel(x, weight, bias)) return kernel_linear(x, weight, bias);
  return at::linear(x.to(weight.dtype()), weight, bias.to(weight.dtype())).to(x.dtype());
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& w) {
  if (takes_kernel(x, w, {})) return kernel_linear(x, w, {});
  return torch::matmul(x, w.t());
}

LinearImpl::LinearImpl(std::int64_t inputs, std::int64_t outputs) {
  weight = register_parameter("weight", torch::empty({outputs, inputs}));
  bias = register_parameter("bias", torch::empty({outputs}));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) {
  return linear(x, weight, bias);
}

torch::Tensor LinearImpl::forward_activated(const torch::Tensor& x, Activation activation) {
  if (activation == Activation::kQuickGelu && takes_kernel(x, weight, bias)) {
    return kernel_linear(x, weight, bias, kernels::Activation::kQuickGelu);
  }
  return activate(forward(x), activation);
}

void LinearImpl::use_bfloat16() {
  weight.set_data(weight.to(torch::kBFloat16));
}

}  // namespace relprompt::nn
