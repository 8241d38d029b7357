// y = activation(x W^T + b) and its gradients: the products that nearly all time goes into.
//
// oneDNN does the arithmetic; LibTorch 1.13's own fp32 path reaches a quarter of its rate on AVX-512
// machines. Weights stay in the layout of the checkpoint, so that a mapped file is used without a copy, in
// the backward pass too. All arrays are row-major and contiguous, results overlap nothing, and everything
// runs on the threads of OpenMP.
#pragma once

#include <cstdint>

#include "kernels/activation.h"

namespace relprompt::kernels {

/// x [rows, inputs], weight [outputs, inputs], bias [outputs] or nullptr, y [rows, outputs].
void linear(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight, const float* bias,
            std::int64_t outputs, float* y, Activation activation = Activation::kNone);

/// The same, and a row's bits depend neither on the other rows nor on their number or the threads: for
/// results that are kept and used beside others. oneDNN 2.6 gives other last bits below AVX-512 when the
/// number of rows is another; there this takes more time than linear.
void linear_row_by_row(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight,
                       const float* bias, std::int64_t outputs, float* y,
                       Activation activation = Activation::kNone);

/// The same as linear of numbers in bfloat16: the weight is given so (the upper half of a float's bits), x is
/// rounded on the way in; NaN is not expected. Sums, bias and y are fp32.
void linear_bf16(const float* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* weight,
                 const float* bias, std::int64_t outputs, float* y,
                 Activation activation = Activation::kNone);

/// y = x B in bfloat16 without a bias: x [rows, inputs] is rounded on the way in, b [inputs, outputs] is
/// given so, y [rows, outputs] is fp32. For processors with native_bfloat16.
void product_bf16(const float* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* b,
                  std::int64_t outputs, float* y);

/// Gradient by the input, dx = dy W. dy [rows, outputs], weight [outputs, inputs], dx [rows, inputs].
void linear_backward_input(const float* dy, std::int64_t rows, std::int64_t outputs, const float* weight,
                           std::int64_t inputs, float* dx);

/// The same with weight in bfloat16 and dy rounded to it; sums and dx are fp32.
void linear_backward_input_bf16(const float* dy, std::int64_t rows, std::int64_t outputs,
                                const std::uint16_t* weight, std::int64_t inputs, float* dx);

/// Gradient by the weight, dw = dy^T x. dy [rows, outputs], x [rows, inputs], dw [outputs, inputs].
void linear_backward_weight(const float* dy, const float* x, std::int64_t rows, std::int64_t inputs,
                            std::int64_t outputs, float* dw);

}  // namespace relprompt::kernels
