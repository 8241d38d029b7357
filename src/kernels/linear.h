// y = activation(x W^T + b): the product that nearly all time goes into.
//
// oneDNN does the arithmetic; LibTorch 1.13's own fp32 path reaches a quarter of its rate on AVX-512
// machines. Weights stay in the layout of the checkpoint, so that a mapped file is used without a copy.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// What is applied to the sums before they are stored.
enum class Activation { kNone, kQuickGelu };  // QuickGELU: v * sigmoid(1.702 v)

/// x [rows, inputs], weight [outputs, inputs], bias [outputs] or nullptr, y [rows, outputs], all row-major
/// and contiguous, no overlap of y with the rest. Runs on the threads of OpenMP.
void linear(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight, const float* bias,
            std::int64_t outputs, float* y, Activation activation = Activation::kNone);

/// The same with x and weight in bfloat16 (the upper half of a float's bits); sums, bias and y are fp32.
void linear_bf16(const std::uint16_t* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* weight,
                 const float* bias, std::int64_t outputs, float* y,
                 Activation activation = Activation::kNone);

}  // namespace relprompt::kernels
