// A linear layer of a tower's last block, for dense heads: in the tower's precision where the processor
// multiplies that faster, else in fp32.
#pragma once

#include <cstdint>

#include "kernels/activation.h"
#include "kernels/packed_linear.h"

namespace relprompt::engine {

/// In what a head's products are computed in a tower of this precision: int8 where VNNI makes it exact and
/// fast, else bf16 where that is native, else fp32.
kernels::Precision head_precision(kernels::Precision of_tower);

class HeadLinear {
 public:
  HeadLinear() = default;
  /// weight [outputs, inputs], bias [outputs]: they must outlive this in fp32, and are packed otherwise. Runs
  /// on the threads of OpenMP.
  HeadLinear(const float* weight, const float* bias, std::int64_t inputs, std::int64_t outputs,
             kernels::Precision of_tower);

  /// y [rows, outputs] = activation(x W^T + bias), x [rows, inputs]; x may be overwritten. Runs on the
  /// threads of OpenMP.
  void run(float* x, std::int64_t rows, float* y,
           kernels::Activation activation = kernels::Activation::kNone) const;

 private:
  const float *weight_ = nullptr, *bias_ = nullptr;
  std::int64_t inputs_ = 0, outputs_ = 0;
  kernels::Precision precision_ = kernels::Precision::kFp32;
  kernels::PackedLinear packed_;  ///< unless in fp32
};

}  // namespace relprompt::engine
