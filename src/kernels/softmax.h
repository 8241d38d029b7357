// Softmax of rows and its gradient, in place.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// Each of `rows` rows of `columns` numbers becomes exp(v - max) / sum; columns at least 1, rows contiguous.
/// exp has a relative error below 2e-7 for the arguments that occur (at most 0); -infinity gives 0 as long as
/// not the whole row is.
void softmax_rows(float* values, std::int64_t rows, std::int64_t columns);

/// The same down the columns: at each of `columns` places the `rows` numbers, times scale, become a softmax.
/// values [rows, columns].
void softmax_columns(float* values, std::int64_t rows, std::int64_t columns, float scale);

/// The gradient through softmax_rows: each row of `gradient`, by its result p, becomes the gradient by its
/// arguments, scale * p * (gradient - sum(p * gradient)). Both rows x columns, contiguous, apart.
void softmax_rows_backward(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                           float scale);

}  // namespace relprompt::kernels
