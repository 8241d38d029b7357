// The inner loops that are our own, each compiled for several instruction sets from one source,
// simd_kernels.cpp.
//
// They run on the calling thread and take rows that lie in its caches; the kernels around them cut the work
// into such pieces.
#pragma once

#include <cstdint>

#include "kernels/activation.h"
#include "kernels/row_scale.h"

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which simd_kernels.cpp must not include (see there)

struct SimdKernels {
  /// kernels/softmax.h
  void (*softmax_rows)(float* values, std::int64_t rows, std::int64_t columns);
  void (*softmax_rows_backward)(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                                float scale);
  /// kernels/activation.h; y may be x.
  void (*activate)(const float* x, std::int64_t count, Activation activation, float* y);
  void (*quick_gelu_backward)(const float* x, const float* dy, std::int64_t count, float* dx);
  /// kernels/layer_norm.h
  void (*layer_norm_rows)(const float* x, std::int64_t rows, std::int64_t width, const float* weight,
                          const float* bias, float epsilon, float* y);
  /// Nearest bfloat16, ties to even, written as the float of that value or as its upper 16 bits. Infinities
  /// stay; NaN is not expected.
  void (*round_bfloat16)(const float* x, std::int64_t count, float* y);
  void (*narrow_bfloat16)(const float* x, std::int64_t count, std::uint16_t* y);
  void (*widen_bfloat16)(const std::uint16_t* x, std::int64_t count, float* y);
  /// y = x - row, for every row of x [rows, width]; y may be x.
  void (*subtract_row)(const float* x, std::int64_t rows, std::int64_t width, const float* row, float* y);
  /// q = round(x / step) + zero in [0, 255]; the steps of each row reach from its least to its largest number
  /// or 0, so that activations that are hardly ever negative lose no bit to their sign.
  void (*quantise_rows)(const float* x, std::int64_t rows, std::int64_t width, std::uint8_t* q,
                        RowScale* scale);
  /// q = round(x / scale) with scale = max |x| / limit of each row: for weights. limit in [1, 127].
  void (*quantise_weights)(const float* x, std::int64_t rows, std::int64_t width, int limit, std::int8_t* q,
                           float* scale);
  /// y = (sums - zero * column_offset) * step * column_scale + bias, or that added to y. sums [rows,
  /// columns]; rows of y are `stride` apart.
  void (*dequantise_rows)(const std::int32_t* sums, std::int64_t rows, std::int64_t columns,
                          const RowScale* row_scale, const Dequantiser& by, bool add, float* y,
                          std::int64_t stride);
  /// d = sum (x - row)^2 for every row of x [rows, width]. By differences: |x|^2 + |row|^2 - 2 x row would
  /// lose the digits of short distances.
  void (*squared_distances)(const float* x, std::int64_t rows, std::int64_t width, const float* row,
                            float* d);
};

/// The loops of one set, which must be usable.
const SimdKernels& simd_kernels_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const SimdKernels& simd_kernels();

}  // namespace relprompt::kernels
