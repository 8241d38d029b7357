#include "kernels/linear.h"

#include <algorithm>
#include <dnnl.hpp>
#include <unordered_map>

#include "kernels/buffer.h"
#include "kernels/gemm.h"
#include "kernels/loops.h"
#include "kernels/onednn.h"
#include "kernels/precision.h"

namespace relprompt::kernels {
namespace {

using Memory = dnnl::memory;
using Format = dnnl::memory::format_tag;

constexpr auto kFp32 = Memory::data_type::f32;
constexpr auto kBf16 = Memory::data_type::bf16;

/// A factor of a product: its numbers and how they lie in memory.
struct Matrix {
  /// rows x columns, row after row, or column after column if `transposed`.
  Matrix(const void* numbers, std::int64_t rows, std::int64_t columns, Memory::data_type type,
         bool transposed = false)
      : data(numbers), desc({rows, columns}, type, transposed ? Format::ba : Format::ab) {}

  Memory memory() const { return Memory(desc, onednn_engine(), const_cast<void*>(data)); }

  const void* data;
  Memory::desc desc;
};

dnnl::primitive_attr attributes(Activation activation) {
  dnnl::primitive_attr attr;
  if (activation == Activation::kNone) return attr;
  const bool quick = activation == Activation::kQuickGelu;
  dnnl::post_ops post;
  post.append_eltwise(1.0f, quick ? dnnl::algorithm::eltwise_swish : dnnl::algorithm::eltwise_gelu_erf,
                      quick ? 1.702f : 0.0f, 0.0f);
  attr.set_post_ops(post);
  return attr;
}

/// c [rows of a, columns of b] = activation(a b + bias); bias may be nullptr.
void multiply(const Matrix& a, const Matrix& b, const float* bias, float* c, Activation activation) {
  const auto rows = a.desc.dims()[0], columns = b.desc.dims()[1];
  const Matrix result(c, rows, columns, kFp32), added(bias, 1, columns, kFp32);
  const auto plan = bias != nullptr ? dnnl::matmul::desc(a.desc, b.desc, added.desc, result.desc)
                                    : dnnl::matmul::desc(a.desc, b.desc, result.desc);
  // oneDNN keeps finished primitives of equal description in a cache of its own.
  const dnnl::matmul primitive(dnnl::matmul::primitive_desc(plan, attributes(activation), onednn_engine()));
  std::unordered_map<int, Memory> arguments = {
      {DNNL_ARG_SRC, a.memory()}, {DNNL_ARG_WEIGHTS, b.memory()}, {DNNL_ARG_DST, result.memory()}};
  if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, added.memory());
  dnnl::stream stream(onednn_engine());
  primitive.execute(stream, arguments);
  stream.wait();
}

/// fp32 copies of numbers in bfloat16; a memory of the calling thread, for each `place` its own.
const float* widened(const std::uint16_t* numbers, std::int64_t count, int place) {
  thread_local Buffer<float> memory[2];
  float* copy = memory[place].reserve(count);
  const auto& widen = loops().widen_bfloat16;
  constexpr std::int64_t kChunk = 1 << 15;
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) widen(numbers + i, std::min(kChunk, count - i), copy + i);
  return copy;
}

void forward(Memory::data_type type, const void* x, std::int64_t rows, std::int64_t inputs,
             const void* weight, const float* bias, std::int64_t outputs, float* y, Activation activation) {
  if (rows == 0 || outputs == 0) return;
  multiply({x, rows, inputs, type}, {weight, inputs, outputs, type, true}, bias, y, activation);
}

}  // namespace

void linear(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight, const float* bias,
            std::int64_t outputs, float* y, Activation activation) {
  forward(kFp32, x, rows, inputs, weight, bias, outputs, y, activation);
}

void linear_bf16(const std::uint16_t* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* weight,
                 const float* bias, std::int64_t outputs, float* y, Activation activation) {
  if (native_bfloat16()) {
    forward(kBf16, x, rows, inputs, weight, bias, outputs, y, activation);
  } else {
    forward(kFp32, widened(x, rows * inputs, 0), rows, inputs, widened(weight, outputs * inputs, 1), bias,
            outputs, y, activation);
  }
}

// dnnl_sgemm and not the matmul primitive: that one falls to a third of the rate where a row of the second
// factor is 3072 numbers long (oneDNN 2.6).
void linear_backward_input(const float* dy, std::int64_t rows, std::int64_t outputs, const float* weight,
                           std::int64_t inputs, float* dx) {
  gemm(Side::kPlain, Side::kPlain, rows, inputs, outputs, 1.0f, dy, outputs, weight, inputs, 0.0f, dx,
       inputs);
}

void linear_backward_input_bf16(const std::uint16_t* dy, std::int64_t rows, std::int64_t outputs,
                                const std::uint16_t* weight, std::int64_t inputs, float* dx) {
  if (!native_bfloat16()) {
    linear_backward_input(widened(dy, rows * outputs, 0), rows, outputs, widened(weight, outputs * inputs, 1),
                          inputs, dx);
    return;
  }
  if (rows == 0 || inputs == 0) return;
  multiply({dy, rows, outputs, kBf16}, {weight, outputs, inputs, kBf16}, nullptr, dx, Activation::kNone);
}

void linear_backward_weight(const float* dy, const float* x, std::int64_t rows, std::int64_t inputs,
                            std::int64_t outputs, float* dw) {
  if (rows == 0)
    std::fill_n(dw, outputs * inputs, 0.0f);  // the library leaves the result of an empty sum as it is
  gemm(Side::kTransposed, Side::kPlain, outputs, inputs, rows, 1.0f, dy, outputs, x, inputs, 0.0f, dw,
       inputs);
}

}  // namespace relprompt::kernels
