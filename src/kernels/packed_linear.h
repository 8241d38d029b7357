// y = x W^T + b for weights that stay as they are: packed once, in fp32, bfloat16 or int8.
//
// A call computes a block of rows on the thread that calls it, so that what surrounds the product (norms,
// rounding, activations, the other products of a layer) finds the block in that thread's second-level cache.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/pack_archive.h"
#include "kernels/precision.h"
#include "kernels/row_scale.h"

namespace relprompt::kernels {

/// What one thread works in between the steps of a block of rows.
struct ProductScratch {
  Buffer<std::uint8_t> prepared;
  Buffer<RowScale> scales;
  Buffer<std::int32_t> sums;
};

/// Rows as products of one precision read them.
struct PreparedRows {
  const void* numbers = nullptr;
  const RowScale* scales = nullptr;  ///< of each row, int8 only
};

/// x [rows, width] for products of `precision`. x may be overwritten, and the result lives in x or in scratch
/// until the next call.
PreparedRows prepare_rows(float* x, std::int64_t rows, std::int64_t width, Precision precision,
                          ProductScratch& scratch);

class PackedLinear {
 public:
  PackedLinear() = default;
  /// weight [outputs, inputs], bias [outputs] or nullptr; both are copied. mean [inputs] or nullptr: inputs
  /// are mean-centred, x - mean, and W * mean is folded into the bias, unrounded. Runs on the threads of
  /// OpenMP.
  PackedLinear(const float* weight, const float* bias, std::int64_t inputs, std::int64_t outputs,
               Precision precision, const float* mean = nullptr);

  /// One that was written to an archive. biased: it had a bias or a mean.
  PackedLinear(std::int64_t inputs, std::int64_t outputs, Precision precision, bool biased,
               PackArchive& from);
  void write(PackArchive& to);

  /// What decides how the bytes of such a layer lie in memory here, as text; another text means other bytes.
  static std::string layout(std::int64_t inputs, std::int64_t outputs, Precision precision);

  /// Numbers of the fp32 copy that a product reads instead of the packed weights: 0 where it does not.
  std::int64_t widened_size() const;
  /// Writes that copy, on the threads of OpenMP.
  void widen(float* copy) const;

  /// y [rows, outputs] = x W^T + b, or y += that; x prepared for this precision. `copy` as widen left it,
  /// nullptr where its size is 0.
  void multiply(const PreparedRows& x, std::int64_t rows, const float* copy, bool add, float* y,
                ProductScratch& scratch) const;

  std::int64_t inputs() const { return inputs_; }
  std::int64_t outputs() const { return outputs_; }

 private:
  /// Neighbouring outputs. int8 products are cut so that a block's sums stay in the second-level cache.
  struct Panel {
    std::int64_t first = 0, columns = 0;
    PackedArray<std::uint8_t> packed;
  };
  PackedLinear(std::int64_t inputs, std::int64_t outputs, Precision precision);
  void visit(PackArchive& archive, bool biased);
  void set_bias(const float* weight, const float* bias, const float* mean);
  void pack(const float* weight, Panel& panel) const;
  void pack_int8(const float* weight);
  void multiply_int8(const Panel& panel, const PreparedRows& x, std::int64_t rows, bool add, float* y,
                     ProductScratch& scratch) const;

  std::int64_t inputs_ = 0, outputs_ = 0;
  Precision precision_ = Precision::kFp32;
  std::vector<Panel> panels_;
  PackedArray<float> bias_;           ///< empty: none
  PackedArray<float> scale_;          ///< of each output, int8 only
  PackedArray<std::int32_t> offset_;  ///< sum of each output's weights, int8 only
};

}  // namespace relprompt::kernels
