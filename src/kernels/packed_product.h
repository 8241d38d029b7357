// oneDNN's matrix product with the second factor in the layout that the library likes best, one thread a
// call.
#pragma once

#include <cstdint>

#include "kernels/dnnl.h"
#include "kernels/gemm.h"

namespace relprompt::kernels {

/// y = x B, or y += x B, or with a bias: x [rows, inputs], y [rows, outputs], both contiguous (with gaps
/// between rows the library falls back to its reference code, a hundred times slower).
struct ProductShape {
  dnnl::memory::data_type type = dnnl::memory::data_type::f32;  ///< of B: f32 -> f32, bf16 -> f32, s8 -> s32
  std::int64_t rows = 0, inputs = 0, outputs = 0;
  bool bias = false;
  bool add = false;
};

/// The largest size of an s8 number in B for which sums are exact: 127 with VNNI; without it 63, as the
/// library then adds pairs of products in 16 bits, where 2 * 255 * 63 still fits.
int int8_limit();

/// How B [inputs, outputs] lies in memory for products of any number of rows; the same for the life of the
/// program.
dnnl::memory::desc packed_layout(dnnl::memory::data_type type, std::int64_t inputs, std::int64_t outputs);

/// Brings B into that layout. `plain` holds B row after row, or B^T so where `side` says transposed. Threads
/// as packed_product.
void pack_factor(dnnl::memory::data_type type, std::int64_t inputs, std::int64_t outputs, Side side,
                 const void* plain, void* packed);

/// x is of B's type, but unsigned (u8) where that is s8. Computes on the calling thread if all of OpenMP's
/// threads are busy (inside a parallel region), else on all of them.
void packed_product(const ProductShape& shape, const void* x, const void* b, const float* bias, void* y);

}  // namespace relprompt::kernels
