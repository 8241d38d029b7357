#include "kernels/linear.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/dnnl.h"
#include "kernels/gemm.h"
#include "kernels/onednn.h"
#include "kernels/packed_product.h"
#include "kernels/precision.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

using Memory = dnnl::memory;
using Format = dnnl::memory::format_tag;

constexpr auto kFp32 = Memory::data_type::f32;
constexpr auto kBf16 = Memory::data_type::bf16;

/// A factor of a product: its numbers and how they lie in memory.
struct Matrix {
  /// rows x columns, row after row, or column after column if `transposed`.
  Matrix(const void* numbers, std::int64_t the_rows, std::int64_t the_columns, Memory::data_type type,
         bool transposed = false)
      : data(numbers),
        rows(the_rows),
        columns(the_columns),
        desc({rows, columns}, type, transposed ? Format::ba : Format::ab) {}

  Memory memory() const { return Memory(desc, onednn_engine(), const_cast<void*>(data)); }

  const void* data;
  std::int64_t rows, columns;
  Memory::desc desc;
};

dnnl::primitive_attr attributes(Activation activation) {
  dnnl::primitive_attr attr;
  if (activation == Activation::kNone) return attr;
  const bool quick = activation == Activation::kQuickGelu;
  dnnl::post_ops post;
  append_eltwise(post, quick ? dnnl::algorithm::eltwise_swish : dnnl::algorithm::eltwise_gelu_erf,
                 quick ? 1.702f : 0.0f, 0.0f);
  attr.set_post_ops(post);
  return attr;
}

/// c [rows of a, columns of b] = activation(a b + bias); bias may be nullptr.
void multiply(const Matrix& a, const Matrix& b, const float* bias, float* c, Activation activation) {
  const Matrix result(c, a.rows, b.columns, kFp32), added(bias, 1, b.columns, kFp32);
  // oneDNN keeps finished primitives of equal description in a cache of its own.
  const dnnl::matmul primitive(product_plan(a.desc, b.desc, bias != nullptr ? added.desc : Memory::desc(),
                                            result.desc, attributes(activation)));
  std::unordered_map<int, Memory> arguments = {
      {DNNL_ARG_SRC, a.memory()}, {DNNL_ARG_WEIGHTS, b.memory()}, {DNNL_ARG_DST, result.memory()}};
  if (bias != nullptr) arguments.emplace(DNNL_ARG_BIAS, added.memory());
  dnnl::stream stream(onednn_engine());
  primitive.execute(stream, arguments);
  stream.wait();
}

constexpr std::int64_t kChunk = 1 << 15;

/// What bfloat16 products on fp32 units and packed ones work in, a memory of the calling thread.
struct Scratch {
  Buffer<float> rounded, widened, packed;
  Buffer<std::uint16_t> narrowed;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

/// convert(from, count, to) for all numbers on the threads of OpenMP.
template <typename From, typename To>
const To* converted(void (*convert)(const From*, std::int64_t, To*), const From* from, std::int64_t count,
                    Buffer<To>& memory) {
  To* to = memory.reserve(count);
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) convert(from + i, std::min(kChunk, count - i), to + i);
  return to;
}

const float* widened(const std::uint16_t* numbers, std::int64_t count) {
  return converted(simd_kernels().widen_bfloat16, numbers, count, scratch().widened);
}

const float* rounded(const float* numbers, std::int64_t count) {
  return converted(simd_kernels().round_bfloat16, numbers, count, scratch().rounded);
}

const std::uint16_t* narrowed(const float* numbers, std::int64_t count) {
  return converted(simd_kernels().narrow_bfloat16, numbers, count, scratch().narrowed);
}

/// Packing the weights for one product costs as much as 430 rows of it and makes it 7% faster on AVX-512; the
/// numbers are the same.
constexpr std::int64_t kRowsWorthPacking = 1536, kWide = 256;

void forward_packed(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight,
                    const float* bias, std::int64_t outputs, float* y) {
  const auto bytes = static_cast<std::int64_t>(packed_layout(kFp32, inputs, outputs).get_size());
  float* packed = scratch().packed.reserve((bytes + 3) / 4);
  pack_factor(kFp32, inputs, outputs, Side::kTransposed, weight, packed);
  packed_product({kFp32, rows, inputs, outputs, bias != nullptr, false}, x, packed, bias, y);
}

void forward(Memory::data_type type, const void* x, std::int64_t rows, std::int64_t inputs,
             const void* weight, const float* bias, std::int64_t outputs, float* y, Activation activation) {
  if (rows == 0 || outputs == 0) return;
  multiply({x, rows, inputs, type}, {weight, inputs, outputs, type, true}, bias, y, activation);
}

}  // namespace

void linear(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight, const float* bias,
            std::int64_t outputs, float* y, Activation activation) {
  // An activation is fused with the product that does not pack.
  if (activation == Activation::kNone && rows >= kRowsWorthPacking && std::min(inputs, outputs) >= kWide) {
    forward_packed(x, rows, inputs, weight, bias, outputs, y);
    return;
  }
  forward(kFp32, x, rows, inputs, weight, bias, outputs, y, activation);
}

void linear_row_by_row(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight,
                       const float* bias, std::int64_t outputs, float* y, Activation activation) {
  static const bool any_number_is_alike = onednn_uses(dnnl::cpu_isa::avx512_core);
  if (any_number_is_alike) {
    linear(x, rows, inputs, weight, bias, outputs, y, activation);
    return;
  }
  // Always so many rows, each product on one thread, since the library divides them by threads too. The
  // number is a multiple of its tiles of rows, so that all places in a block are alike.
  constexpr std::int64_t kBlock = 48;
#pragma omp parallel for
  for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, rows - begin);
    const float* from = x + begin * inputs;
    float* to = y + begin * outputs;
    std::vector<float> padded, results;
    if (count < kBlock) {
      padded.resize(static_cast<std::size_t>(kBlock * inputs));
      results.resize(static_cast<std::size_t>(kBlock * outputs));
      std::copy_n(from, count * inputs, padded.begin());
    }
    const bool whole = count == kBlock;
    forward(kFp32, whole ? from : padded.data(), kBlock, inputs, weight, bias, outputs,
            whole ? to : results.data(), activation);
    if (!whole) std::copy_n(results.begin(), count * outputs, to);
  }
}

void linear_bf16(const float* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* weight,
                 const float* bias, std::int64_t outputs, float* y, Activation activation) {
  if (native_bfloat16()) {
    forward(kBf16, narrowed(x, rows * inputs), rows, inputs, weight, bias, outputs, y, activation);
  } else {
    linear(rounded(x, rows * inputs), rows, inputs, widened(weight, outputs * inputs), bias, outputs, y,
           activation);
  }
}

void product_bf16(const float* x, std::int64_t rows, std::int64_t inputs, const std::uint16_t* b,
                  std::int64_t outputs, float* y) {
  if (rows == 0 || outputs == 0) return;
  multiply({narrowed(x, rows * inputs), rows, inputs, kBf16}, {b, inputs, outputs, kBf16}, nullptr, y,
           Activation::kNone);
}

// dnnl_sgemm and not the matmul primitive: that one falls to a third of the rate where a row of the second
// factor is 3072 numbers long (oneDNN 2.6).
void linear_backward_input(const float* dy, std::int64_t rows, std::int64_t outputs, const float* weight,
                           std::int64_t inputs, float* dx) {
  gemm(Side::kPlain, Side::kPlain, rows, inputs, outputs, 1.0f, dy, outputs, weight, inputs, 0.0f, dx,
       inputs);
}

void linear_backward_input_bf16(const float* dy, std::int64_t rows, std::int64_t outputs,
                                const std::uint16_t* weight, std::int64_t inputs, float* dx) {
  if (!native_bfloat16()) {
    linear_backward_input(rounded(dy, rows * outputs), rows, outputs, widened(weight, outputs * inputs),
                          inputs, dx);
    return;
  }
  product_bf16(dy, rows, outputs, weight, inputs, dx);
}

void linear_backward_weight(const float* dy, const float* x, std::int64_t rows, std::int64_t inputs,
                            std::int64_t outputs, float* dw) {
  if (rows == 0)
    std::fill_n(dw, outputs * inputs, 0.0f);  // the library leaves the result of an empty sum as it is
  gemm(Side::kTransposed, Side::kPlain, outputs, inputs, rows, 1.0f, dy, outputs, x, inputs, 0.0f, dw,
       inputs);
}

}  // namespace relprompt::kernels
