// Rows that take from the rows they are like: means weighted by what the cosines of their features say.
//
// The N x N cosines are made and used up a tile of rows at a time, so memory grows with N and not its square.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

/// N rows that are compared: features of unit length, whose products are the cosines.
struct UnitRows {
  const float* numbers = nullptr;  ///< [rows, width]
  std::int64_t rows = 0, width = 0;
};

/// y_i = sum_j w_ij x_j / (sum_j w_ij + 1e-6) with w_ij the cosine where it is at least `least`, else 0. x
/// and y [rows, columns], apart. fp32, on the threads of OpenMP.
void average_alike(const UnitRows& features, float least, const float* x, std::int64_t columns, float* y);

/// y_i = sum_j p_ij x_j, p_i the softmax of sharpness (cosine - mean of all N^2 cosines) over the j where
/// that is not negative, and over i itself, for which it counts as 0 at least. Sizes and threads as above.
void attend_alike(const UnitRows& features, float sharpness, const float* x, std::int64_t columns, float* y);

}  // namespace relprompt::kernels
