// QuickGELU, x * sigmoid(1.702 x), where a training pass needs it apart from the product before it.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// y[i] = x[i] * sigmoid(1.702 x[i]); y may be x. Relative error below 1e-6. Runs on the threads of OpenMP.
void quick_gelu(const float* x, std::int64_t count, float* y);

/// dx[i] = dy[i] times the derivative at x[i]; dx may be dy. Runs on the threads of OpenMP.
void quick_gelu_backward(const float* x, const float* dy, std::int64_t count, float* dx);

}  // namespace relprompt::kernels
