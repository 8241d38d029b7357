#include "engine/head_linear.h"

#include <algorithm>

#include "kernels/attention_int8.h"
#include "kernels/linear.h"
#include "kernels/row_blocks.h"
#include "kernels/simd_kernels.h"

namespace relprompt::engine {

using kernels::Precision;

Precision head_precision(Precision of_tower) {
  if (of_tower == Precision::kInt8 && kernels::int8_attention_pays()) return Precision::kInt8;
  return of_tower != Precision::kFp32 && kernels::native_bfloat16() ? Precision::kBf16 : Precision::kFp32;
}

HeadLinear::HeadLinear(const float* weight, const float* bias, std::int64_t inputs, std::int64_t outputs,
                       Precision of_tower)
    : weight_(weight), bias_(bias), inputs_(inputs), outputs_(outputs), precision_(head_precision(of_tower)) {
  if (precision_ == Precision::kFp32) return;
  packed_ = kernels::PackedLinear(weight, bias, inputs, outputs, precision_);
  weight_ = bias_ = nullptr;
}

void HeadLinear::run(float* x, std::int64_t rows, float* y, kernels::Activation activation) const {
  if (precision_ == Precision::kFp32) {
    kernels::linear(x, rows, inputs_, weight_, bias_, outputs_, y, activation);
    return;
  }
  const auto step = kernels::rows_a_block(rows);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t begin = 0; begin < rows; begin += step) {
    const auto count = std::min(step, rows - begin);
    thread_local kernels::ProductScratch scratch;
    const auto prepared = kernels::prepare_rows(x + begin * inputs_, count, inputs_, precision_, scratch);
    float* to = y + begin * outputs_;
    packed_.multiply(prepared, count, nullptr, false, to, scratch);
    if (activation != kernels::Activation::kNone) {
      kernels::simd_kernels().activate(to, count * outputs_, activation, to);
    }
  }
}

}  // namespace relprompt::engine
