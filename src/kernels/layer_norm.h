// Layer norm of rows.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each row. x and y [rows, width], y may be x;
/// weight and bias [width]. Runs on the threads of OpenMP.
void layer_norm(const float* x, std::int64_t rows, std::int64_t width, const float* weight, const float* bias,
                float epsilon, float* y);

}  // namespace relprompt::kernels
