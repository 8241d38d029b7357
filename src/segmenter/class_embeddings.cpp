#include "segmenter/class_embeddings.h"

#include <cmath>

namespace relprompt::segmenter {

double length_of(const float* row, std::int64_t width) {
  double squares = 0;
  for (std::int64_t i = 0; i < width; ++i)
    squares += static_cast<double>(row[i]) * static_cast<double>(row[i]);
  return std::sqrt(squares);
}

bool is_unit(double length) {
  constexpr double kTolerance = 1e-3;
  return std::abs(length - 1) < kTolerance;  // false for NaN
}

bool are_unit(const std::vector<float>& rows, std::int64_t width) {
  for (std::size_t i = 0; i < rows.size(); i += static_cast<std::size_t>(width)) {
    if (!is_unit(length_of(rows.data() + i, width))) return false;
  }
  return true;
}

ClassEmbeddings one_row_each(std::vector<float> rows, std::int64_t width) {
  ClassEmbeddings embeddings;
  const auto classes = rows.size() / static_cast<std::size_t>(width);
  embeddings.rows = std::move(rows);
  embeddings.width = width;
  for (std::size_t i = 0; i <= classes; ++i) embeddings.first.push_back(i);
  return embeddings;
}

}  // namespace relprompt::segmenter
