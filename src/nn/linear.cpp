#include "nn/linear.h"

#include "kernels/linear.h"

namespace relprompt::nn {
namespace {

torch::Tensor run_kernel(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                         kernels::Activation activation) {
  const auto inputs = weight.size(1), outputs = weight.size(0);
  const auto w = weight.contiguous(), b = bias.defined() ? bias.contiguous() : bias;
  const float* added = b.defined() ? b.data_ptr<float>() : nullptr;
  auto sizes = x.sizes().vec();
  sizes.back() = outputs;
  auto y = torch::empty(sizes, x.options());
  const auto rows = x.numel() / inputs;
  if (weight.scalar_type() == torch::kBFloat16) {
    const auto half = x.to(torch::kBFloat16).contiguous();
    const auto bits = [](const torch::Tensor& t) { return static_cast<const std::uint16_t*>(t.data_ptr()); };
    kernels::linear_bf16(bits(half), rows, inputs, bits(w), added, outputs, y.data_ptr<float>(), activation);
  } else {
    const auto full = x.contiguous();
    kernels::linear(full.data_ptr<float>(), rows, inputs, w.data_ptr<float>(), added, outputs,
                    y.data_ptr<float>(), activation);
  }
  return y;
}

torch::Tensor activate(const torch::Tensor& x, Activation activation) {
  if (activation == Activation::kGelu) return at::gelu(x);
  return x * torch::sigmoid(1.702 * x);
}

}  // namespace

bool takes_kernel(const torch::Tensor& x) {
  return !torch::GradMode::is_enabled() && x.is_cpu() && x.scalar_type() == torch::kFloat32;
}

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  if (takes_kernel(x)) return run_kernel(x, weight, bias, kernels::Activation::kNone);
  return at::linear(x.to(weight.dtype()), weight, bias.to(weight.dtype())).to(x.dtype());
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& w) {
  if (takes_kernel(x)) return run_kernel(x, w, torch::Tensor(), kernels::Activation::kNone);
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
  if (activation == Activation::kQuickGelu && takes_kernel(x)) {
    return run_kernel(x, weight, bias, kernels::Activation::kQuickGelu);
  }
  return activate(forward(x), activation);
}

void LinearImpl::use_bfloat16() {
  weight.set_data(weight.to(torch::kBFloat16));
}

}  // namespace relprompt::nn
