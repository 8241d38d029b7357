// Scales of numbers in 8 bits.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// A row in 8 bits: number = (q - zero) * step.
struct RowScale {
  float step = 0;
  std::int32_t zero = 0;
};

/// What becomes of the 32-bit sums of an int8 product: (sum - zero * column_offset) * step * column_scale +
/// bias, with zero and step of the row.
struct Dequantiser {
  const float* column_scale = nullptr;          ///< [columns]
  const std::int32_t* column_offset = nullptr;  ///< [columns]: the sum of the column's weights
  const float* bias = nullptr;                  ///< [columns] or nullptr
};

}  // namespace relprompt::kernels
