// Softmax of rows, in place.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// Each of `rows` rows of `columns` numbers becomes exp(v - max) / sum; columns at least 1, rows contiguous.
/// exp has a relative error below 2e-7 for the arguments that occur (at most 0); -infinity gives 0 as long as
/// not the whole row is.
void softmax_rows(float* values, std::int64_t rows, std::int64_t columns);

}  // namespace relprompt::kernels
