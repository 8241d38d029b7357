// How passes over rows are cut into blocks that stay in one core's second-level cache.
#pragma once

#include <algorithm>
#include <cstdint>

#include <omp.h>

namespace relprompt::kernels {

/// Rows a block, at most 128, so that all threads of OpenMP get the same number of blocks. A block's hidden
/// numbers (3072 a row in a ViT-B) are then at most 1.5 MB of fp32.
inline std::int64_t rows_a_block(std::int64_t rows) {
  constexpr std::int64_t kMostRows = 128;
  const std::int64_t threads = omp_get_max_threads();
  const std::int64_t turns = (rows + threads * kMostRows - 1) / (threads * kMostRows);
  return std::max<std::int64_t>(1, (rows + threads * turns - 1) / std::max<std::int64_t>(1, threads * turns));
}

}  // namespace relprompt::kernels
