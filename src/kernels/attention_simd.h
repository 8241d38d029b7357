// The inner loops of attention between its products: rows of one tile of queries or of one head, each
// compiled for several instruction sets from one source, attention_simd.cpp.
#pragma once

#include <cstdint>

#include "kernels/row_scale.h"

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which attention_simd.cpp must not include (see
                            // simd_kernels.cpp)

/// Rows of scores: `count` of them, followed by as many other numbers as make a row `stride` long.
struct ScoreColumns {
  std::int64_t count = 0;
  std::int64_t stride = 0;  ///< not below count
};

struct AttentionSimd {
  /// v becomes e^(v - largest of its row), what follows the scores becomes 0; totals [rows] are the sums of
  /// the results.
  void (*exponential_rows)(float* values, std::int64_t rows, ScoreColumns columns, float* totals);
  /// The same with results e in bfloat16, of which totals are the sums; e errs by 0.52 of a step at most.
  /// NaN is not expected.
  void (*exponential_rows_bfloat16)(const float* values, std::int64_t rows, ScoreColumns columns,
                                    std::uint16_t* e, float* totals);
  /// The same for scores that an int8 product left as sums: v = (sum * scale - zero * shift) * step, scale
  /// and shift [columns.count], zero and step the row's. Results e are the whole part of 254 e^(v - largest)
  /// + dither, and totals the sums of 254 e^(v - largest). dither [columns.count] in [0, 1): 1/2 everywhere
  /// rounds to the nearest, where weights below half a step vanish even if they are many; evenly spread
  /// numbers keep what they are together. work: room for columns.count numbers.
  void (*exponential_rows_int8)(const std::int32_t* sums, std::int64_t rows, ScoreColumns columns,
                                const RowScale* row_scale, const float* scale, const float* shift,
                                const float* dither, float* work, std::uint8_t* e, float* totals);
  /// mean [width] of the rows of x [rows, width], which is subtracted from them.
  void (*subtract_column_means)(float* x, std::int64_t rows, std::int64_t width, float* mean);
  /// q = round(x / scale) with scale = max |x| / limit of each column. limit in [1, 127].
  void (*quantise_columns)(const float* x, std::int64_t rows, std::int64_t width, int limit, std::int8_t* q,
                           float* scale);
};

/// The loops of one set, which must be usable.
const AttentionSimd& attention_simd_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const AttentionSimd& attention_simd();

}  // namespace relprompt::kernels
