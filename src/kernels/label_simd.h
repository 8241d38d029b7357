// The inner loops of label_tiles: rows of a few hundred numbers, each compiled for several instruction sets
// from one source, label_simd.cpp.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which label_simd.cpp must not include (see
                            // simd_kernels.cpp)

/// Rows of equal length that lie `stride` numbers apart.
struct Rows {
  float* data = nullptr;
  std::int64_t stride = 0;
  std::int64_t count = 0;
  std::int64_t length = 0;
};

struct LabelSimd {
  /// to[i] = the two numbers of `from` at low[i] and high[i], the second with weight[i].
  void (*interpolate_columns)(const float* from, const std::int32_t* low, const std::int32_t* high,
                              const float* weight, std::int64_t count, float* to);
  /// Row r of `sums` grows by f of the rows low[r] and high[r] of `from` (whose first row is `first`), mixed
  /// by weight[r]; f is the sigmoid or nothing.
  void (*add_interpolated_rows)(const Rows& from, const std::int32_t* low, const std::int32_t* high,
                                std::int32_t first, const float* weight, bool sigmoid, const Rows& sums);
  /// Row r of `to` is the rows low[r] and high[r] of `from` (whose first row is `first`), mixed by weight[r].
  void (*interpolate_rows)(const Rows& from, const std::int32_t* low, const std::int32_t* high,
                           std::int32_t first, const float* weight, const Rows& to);
  /// sums += e^(from - above), number by number; all of one shape, `from` nowhere above `above`.
  void (*add_exponentials)(const Rows& from, const Rows& above, const Rows& sums);
  /// to = max(to, from), number by number; both of one shape.
  void (*keep_larger)(const Rows& from, const Rows& to);
  /// to *= factor, number by number; both of one shape.
  void (*scale)(const Rows& factor, const Rows& to);
  /// Where (1 - weight) low + weight high - penalty exceeds best, best becomes it and label becomes `name`;
  /// of equal ones the lower name stays, so that the order of calls means nothing.
  void (*keep_best)(const float* low, const float* high, float weight, float penalty, std::int32_t name,
                    std::int64_t count, float* best, std::int32_t* label);
  /// One more row of a softmax: most becomes the largest value so far, and total the sum of e^(value - most)
  /// over all of them. A most of -infinity and a total of 0 are the beginning.
  void (*add_to_softmax)(const float* values, std::int64_t count, float* most, float* total);
  /// to = max(to, e^(value - log_total)), number by number.
  void (*keep_probability)(const float* values, const float* log_total, std::int64_t count, float* to);
  /// The smallest of count numbers, at least one.
  float (*smallest)(const float* values, std::int64_t count);
};

/// The loops of one set, which must be usable.
const LabelSimd& label_simd_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const LabelSimd& label_simd();

}  // namespace relprompt::kernels
