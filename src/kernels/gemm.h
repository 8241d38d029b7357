// The plain fp32 product: on the threads of OpenMP, or on one where all of them are busy already (attention).
#pragma once

#include <cstdint>

#include "kernels/dnnl.h"

namespace relprompt::kernels {

/// Whether a factor is read as it lies in memory or transposed.
enum class Side { kPlain, kTransposed };

/// c [m, n] = alpha A B + beta c with A [m, k] and B [k, n], each stored so or transposed; ld* are the
/// numbers from one stored row to the next.
inline void gemm(Side side_a, Side side_b, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                 const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta, float* c,
                 std::int64_t ldc) {
  const auto letter = [](Side side) { return side == Side::kTransposed ? 'T' : 'N'; };
  dnnl_sgemm(letter(side_a), letter(side_b), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

}  // namespace relprompt::kernels
