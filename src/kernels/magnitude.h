// The largest magnitude among many numbers: how weights are found to be no numbers, or absurd ones.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// The largest |x[i]|; infinity if there is one, NaN if there is one, 0 for no numbers. Runs on the threads
/// of OpenMP, as fast as memory gives the numbers.
float largest_magnitude(const float* x, std::int64_t count);

}  // namespace relprompt::kernels
