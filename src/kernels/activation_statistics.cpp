#include "kernels/activation_statistics.h"

namespace relprompt::kernels {

ColumnSums::ColumnSums(std::int64_t blocks, std::int64_t width)
    : width_(width), sums_(static_cast<std::size_t>(blocks * width)) {}

void ColumnSums::look(std::int64_t block, const float* x, std::int64_t rows) {
  double* sums = sums_.data() + block * width_;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t i = 0; i < width_; ++i) sums[i] += x[r * width_ + i];
  }
}

void ColumnSums::add_to(std::vector<double>& total) const {
  const auto width = static_cast<std::size_t>(width_);
  total.resize(width);
  for (std::size_t i = 0; i < sums_.size(); ++i) total[i % width] += sums_[i];
}

}  // namespace relprompt::kernels
