// Sums over the rows that enter the linear layers of a block, for whoever wants to know their means.
#pragma once

#include <cstdint>
#include <vector>

namespace relprompt::kernels {

/// Column sums of blocks of rows that several threads look at. Sums are added in the order of the blocks, so
/// the result does not depend on which thread saw which.
class ColumnSums {
 public:
  /// For `blocks` blocks of rows with `width` numbers.
  ColumnSums(std::int64_t blocks, std::int64_t width);

  /// x [rows, width]. A block is looked at once; different ones by any threads at a time.
  void look(std::int64_t block, const float* x, std::int64_t rows);

  /// Adds all blocks to total, which becomes `width` long if it is empty.
  void add_to(std::vector<double>& total) const;

 private:
  std::int64_t width_;
  std::vector<double> sums_;  ///< [blocks, width]
};

/// What a block's linear layers were given so far.
struct ActivationStatistics {
  std::vector<double> qkv, proj, fc1, fc2;  ///< sums of each input
  std::int64_t qkv_rows = 0;                ///< tokens and prompts
  std::int64_t rows = 0;                    ///< tokens, which the other three layers see
};

}  // namespace relprompt::kernels
