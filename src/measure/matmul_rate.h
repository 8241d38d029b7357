// The rate of the plain matrix product on the shapes of a network: the ceiling that its own rate is held
// against.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/packed_linear.h"
#include "model/model_config.h"

namespace relprompt::measure {

/// A linear layer as one product x [rows, inputs] by [inputs, outputs], done `count` times a pass.
struct ProductShape {
  std::int64_t rows = 0, inputs = 0, outputs = 0;
  double count = 0;

  double flop() const {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(inputs) * static_cast<double>(outputs);
  }
};

/// The products of the image tower whose sizes do not depend on the classes: patch embedding, the four of
/// every layer, alignment. For `batch` windows of `window` pixels a side.
std::vector<ProductShape> product_shapes(const model::ModelConfig& config, std::int64_t window,
                                         std::int64_t batch);

class MatmulRate {
 public:
  /// Prepares numbers of every shape. precision as in ModelOptions.
  MatmulRate(std::vector<ProductShape> shapes, const std::string& precision);

  /// Does every product once and returns GFLOP/s, each shape weighted by its share of a pass.
  double measure();

  /// What the products are computed in.
  const std::string& precision() const { return precision_; }

 private:
  void prepare_int8();
  void multiply(std::size_t shape);
  void multiply_int8(std::size_t shape);

  std::vector<ProductShape> shapes_;
  std::string precision_;
  std::vector<float> x_, weight_, y_;
  std::vector<std::uint16_t> half_weight_;
  std::vector<kernels::PackedLinear> layers_;     ///< one a shape, for int8
  std::vector<kernels::ProductScratch> scratch_;  ///< one a thread
};

}  // namespace relprompt::measure
