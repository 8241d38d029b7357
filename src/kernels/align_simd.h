// The inner loops of packed_alignment: rows of one block, each compiled for several instruction sets from one
// source, align_simd.cpp.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which align_simd.cpp must not include (see
                            // simd_kernels.cpp)

struct AlignSimd {
  /// spread [rows]: the sum over each row of x [rows, width] of (x - mean)^2.
  void (*measure_spread)(const float* x, std::int64_t rows, std::int64_t width, float* spread);
  /// products [rows, count] = x C^T for few columns: x [rows, width], columns C [count, width].
  void (*multiply_columns)(const float* x, std::int64_t rows, std::int64_t width, const float* columns,
                           std::int64_t count, float* products);
  /// y [rows, width] += factors B, then every row is divided by its length, or by least [rows] where that is
  /// larger. factors [rows, terms], basis B [terms, width].
  void (*add_and_normalise)(float* y, std::int64_t rows, std::int64_t width, const float* factors,
                            const float* basis, std::int64_t terms, const float* least);
};

/// The loops of one set, which must be usable.
const AlignSimd& align_simd_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const AlignSimd& align_simd();

}  // namespace relprompt::kernels
