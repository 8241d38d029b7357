#include "nn/linear_function.h"

#include "kernels/quick_gelu.h"
#include "nn/optional.h"

namespace relprompt::nn {
namespace {

using kernels::Activation;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

const std::uint16_t* bits(const torch::Tensor& bfloat16) {
  return static_cast<const std::uint16_t*>(bfloat16.data_ptr());
}

/// A new tensor shaped as x but for the last dimension.
torch::Tensor rows_of(const torch::Tensor& x, std::int64_t width) {
  auto sizes = x.sizes().vec();
  sizes.back() = width;
  return torch::empty(sizes, x.options());
}

/// All arguments contiguous.
torch::Tensor multiply(const torch::Tensor& x, const torch::Tensor& weight, const float* bias,
                       Activation activation) {
  const auto inputs = weight.size(1), outputs = weight.size(0), rows = x.numel() / inputs;
  auto y = rows_of(x, outputs);
  if (weight.scalar_type() == torch::kBFloat16) {
    kernels::linear_bf16(x.data_ptr<float>(), rows, inputs, bits(weight), bias, outputs, y.data_ptr<float>(),
                         activation);
  } else {
    kernels::linear(x.data_ptr<float>(), rows, inputs, weight.data_ptr<float>(), bias, outputs,
                    y.data_ptr<float>(), activation);
  }
  return y;
}

torch::Tensor gradient_of_input(const torch::Tensor& dy, const torch::Tensor& weight) {
  const auto inputs = weight.size(1), outputs = weight.size(0), rows = dy.numel() / outputs;
  auto dx = rows_of(dy, inputs);
  if (weight.scalar_type() == torch::kBFloat16) {
    kernels::linear_backward_input_bf16(dy.data_ptr<float>(), rows, outputs, bits(weight), inputs,
                                        dx.data_ptr<float>());
  } else {
    kernels::linear_backward_input(dy.data_ptr<float>(), rows, outputs, weight.data_ptr<float>(), inputs,
                                   dx.data_ptr<float>());
  }
  return dx;
}

torch::Tensor gradient_of_weight(const torch::Tensor& dy, const torch::Tensor& x) {
  const auto inputs = x.size(-1), outputs = dy.size(-1);
  auto dw = torch::empty({outputs, inputs}, x.options());
  kernels::linear_backward_weight(dy.data_ptr<float>(), x.data_ptr<float>(), x.numel() / inputs, inputs,
                                  outputs, dw.data_ptr<float>());
  return dw;
}

const float* numbers_or_null(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

bool needs_gradient(const torch::Tensor& tensor) {
  return tensor.defined() && tensor.requires_grad();
}

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                          const Optional<Variable>& bias, Activation activation) {
    const bool activated = activation == Activation::kQuickGelu;
    const auto sums = multiply(x, weight, bias ? numbers_or_null(*bias) : nullptr, Activation::kNone);
    context->save_for_backward({x.requires_grad() ? weight : Variable(),
                                weight.requires_grad() ? x : Variable(), activated ? sums : Variable()});
    context->saved_data["bias"] = bias && needs_gradient(*bias);
    if (!activated) return sums;
    auto y = torch::empty_like(sums);
    kernels::quick_gelu(sums.data_ptr<float>(), sums.numel(), y.data_ptr<float>());
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &weight = saved[0], &x = saved[1], &sums = saved[2];
    auto dy = gradients[0].contiguous();
    if (sums.defined()) {
      const auto by_sums = torch::empty_like(dy);
      kernels::quick_gelu_backward(sums.data_ptr<float>(), dy.data_ptr<float>(), dy.numel(),
                                   by_sums.data_ptr<float>());
      dy = by_sums;
    }
    variable_list result(4);
    if (weight.defined()) result[0] = gradient_of_input(dy, weight);
    if (x.defined()) result[1] = gradient_of_weight(dy, x);
    if (context->saved_data["bias"].toBool()) result[2] = dy.reshape({-1, dy.size(-1)}).sum(0);
    return result;
  }
};

}  // namespace

bool takes_kernel(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  const bool full = weight.scalar_type() == torch::kFloat32;
  const bool half =
      weight.scalar_type() == torch::kBFloat16 && !(torch::GradMode::is_enabled() && weight.requires_grad());
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 && weight.is_cpu() && (full || half) &&
         (!bias.defined() || bias.scalar_type() == torch::kFloat32);
}

torch::Tensor kernel_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                            Activation activation) {
  const auto rows = x.contiguous(), w = weight.contiguous();
  const auto b = bias.defined() ? bias.contiguous() : bias;
  const bool graph =
      torch::GradMode::is_enabled() && (needs_gradient(rows) || needs_gradient(w) || needs_gradient(b));
  // Without a graph the activation is fused with the product; with one its argument has to be kept.
  if (!graph) return multiply(rows, w, numbers_or_null(b), activation);
  return LinearFunction::apply(rows, w, b.defined() ? Optional<Variable>(b) : Optional<Variable>(),
                               activation);
}

}  // namespace relprompt::nn
