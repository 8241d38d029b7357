// The inner loops that are our own, each compiled for several instruction sets from one source, loops.cpp.
//
// They run on the calling thread and take rows that lie in its caches; the kernels around them cut the work
// into such pieces.
#pragma once

#include <cstdint>

#include "kernels/activation.h"

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which loops.cpp must not include (see there)

/// What becomes of the 32-bit sums of an int8 product; see Loops::dequantise_rows.
struct Dequantiser {
  const float* column_scale = nullptr;          ///< [columns]
  const std::int32_t* column_offset = nullptr;  ///< [columns], subtracted from the sums
  const float* bias = nullptr;                  ///< [columns] or nullptr
};

struct Loops {
  /// kernels/softmax.h
  void (*softmax_rows)(float* values, std::int64_t rows, std::int64_t columns);
  void (*softmax_rows_backward)(const float* p, float* gradient, std::int64_t rows, std::int64_t columns,
                                float scale);
  /// v becomes exp(v - max of its row); sums [rows] are those of the results.
  void (*exponential_rows)(float* values, std::int64_t rows, std::int64_t columns, float* sums);
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
  /// q = round(x / scale) + 128 with scale = max |x| / 127 of each row, so that q is in [1, 255].
  void (*quantise_rows)(const float* x, std::int64_t rows, std::int64_t width, std::uint8_t* q, float* scale);
  /// The same to [-limit, limit] without the 128: for weights. limit in [1, 127].
  void (*quantise_weights)(const float* x, std::int64_t rows, std::int64_t width, int limit, std::int8_t* q,
                           float* scale);
  /// y = (sums - column_offset) * row_scale * column_scale + bias, or that added to y. sums [rows, columns];
  /// rows of y are `stride` apart.
  void (*dequantise_rows)(const std::int32_t* sums, std::int64_t rows, std::int64_t columns,
                          const float* row_scale, const Dequantiser& by, bool add, float* y,
                          std::int64_t stride);
};

/// The loops of one set, which must be usable.
const Loops& loops_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const Loops& loops();

}  // namespace relprompt::kernels
