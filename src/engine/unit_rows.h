// Rows brought to unit length, so that their products are cosines.
#pragma once

#include <cstdint>

namespace relprompt::engine {

/// y = x / max(|x|, 1e-12) for each row; y may be x. x and y [rows, width]. Runs on the threads of OpenMP.
void unit_rows(const float* x, std::int64_t rows, std::int64_t width, float* y);

}  // namespace relprompt::engine
