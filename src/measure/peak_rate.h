// The highest rate that a network's products reach on this machine: what no part of it can exceed. A mean
// over its shapes, as matmul_rate.h gives, is exceeded by the parts with the better shapes.
#pragma once

#include <string>
#include <vector>

#include "kernels/packed_linear.h"
#include "measure/matmul_rate.h"

namespace relprompt::measure {

class PeakRate {
 public:
  /// precision as in ModelOptions.
  PeakRate(std::vector<ProductShape> shapes, const std::string& precision);

  /// Does the product of every shape once, as the tower's layers do it, with rows that are prepared before
  /// the clock starts.
  void measure();

  /// GFLOP/s of the fastest product so far; 0 before any.
  double gflops() const { return best_; }

 private:
  void measure(std::size_t shape);

  std::vector<ProductShape> shapes_;
  kernels::Precision precision_;
  std::vector<kernels::PackedLinear> layers_;  ///< one a shape
  std::vector<float> copy_;  ///< what a layer reads instead of its packed weights, if it does
  std::vector<float> x_, y_;
  std::vector<kernels::ProductScratch> prepared_;  ///< one a block of rows
  std::vector<kernels::ProductScratch> scratch_;   ///< one a thread
  double best_ = 0;
};

}  // namespace relprompt::measure
