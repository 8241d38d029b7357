#include "kernels/packed_linear.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "kernels/onednn.h"
#include "kernels/packed_product.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

using Type = dnnl::memory::data_type;

// With blocks of 128 rows the sums of so many outputs are half a megabyte.
constexpr std::int64_t kInt8Outputs = 1024;
// Numbers a thread widens or narrows at a time.
constexpr std::int64_t kChunk = 1 << 15;

/// weight [outputs, inputs] of `type` into the packed layout of its transpose.
void reorder(const void* weight, Type type, std::int64_t inputs, std::int64_t outputs, void* packed) {
  pack_factor(type, inputs, outputs, Side::kTransposed, weight, packed);
}

std::int64_t packed_bytes(Type type, std::int64_t inputs, std::int64_t outputs) {
  return static_cast<std::int64_t>(packed_layout(type, inputs, outputs).get_size());
}

/// Of the layout that a precision's weights lie in.
Type type_of(Precision precision) {
  if (precision == Precision::kInt8) return Type::s8;
  return precision == Precision::kBf16 && native_bfloat16() ? Type::bf16 : Type::f32;
}

/// Emulated bfloat16 has the upper halves of numbers that lie as in fp32.
std::int64_t panel_bytes(Precision precision, std::int64_t inputs, std::int64_t columns) {
  const auto bytes = packed_bytes(type_of(precision), inputs, columns);
  return precision == Precision::kBf16 && !native_bfloat16() ? bytes / 2 : bytes;
}

/// f(begin, count) for pieces of [0, count), on the threads of OpenMP.
template <typename F>
void in_chunks(std::int64_t count, const F& f) {
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; i += kChunk) f(i, std::min(kChunk, count - i));
}

}  // namespace

PreparedRows prepare_rows(float* x, std::int64_t rows, std::int64_t width, Precision precision,
                          ProductScratch& scratch) {
  if (precision == Precision::kFp32) return {x, nullptr};
  const auto& simd = simd_kernels();
  if (precision == Precision::kInt8) {
    auto* numbers = scratch.prepared.reserve(rows * width);
    auto* scales = scratch.scales.reserve(rows);
    simd.quantise_rows(x, rows, width, numbers, scales);
    return {numbers, scales};
  }
  if (native_bfloat16()) {
    auto* numbers = reinterpret_cast<std::uint16_t*>(scratch.prepared.reserve(2 * rows * width));
    simd.narrow_bfloat16(x, rows * width, numbers);
    return {numbers, nullptr};
  }
  simd.round_bfloat16(x, rows * width, x);
  return {x, nullptr};
}

/// The panels that outputs are divided into, still empty.
PackedLinear::PackedLinear(std::int64_t inputs, std::int64_t outputs, Precision precision)
    : inputs_(inputs), outputs_(outputs), precision_(precision) {
  const auto panels = precision == Precision::kInt8 ? (outputs + kInt8Outputs - 1) / kInt8Outputs : 1;
  const auto most = panels == 0 ? 0 : (outputs + panels - 1) / panels;
  for (std::int64_t first = 0; first < outputs; first += most) {
    panels_.push_back({first, std::min(most, outputs - first), {}});
  }
}

PackedLinear::PackedLinear(const float* weight, const float* bias, std::int64_t inputs, std::int64_t outputs,
                           Precision precision, const float* mean)
    : PackedLinear(inputs, outputs, precision) {
  set_bias(weight, bias, mean);
  if (precision == Precision::kInt8) {
    pack_int8(weight);
  } else {
    for (auto& panel : panels_) pack(weight, panel);
  }
}

PackedLinear::PackedLinear(std::int64_t inputs, std::int64_t outputs, Precision precision, bool biased,
                           PackArchive& from)
    : PackedLinear(inputs, outputs, precision) {
  visit(from, biased);
}

void PackedLinear::write(PackArchive& to) {
  visit(to, !bias_.empty());
}

void PackedLinear::visit(PackArchive& archive, bool biased) {
  if (biased) archive.array(bias_, outputs_);
  if (precision_ == Precision::kInt8) {
    archive.array(scale_, outputs_);
    archive.array(offset_, outputs_);
  }
  for (auto& panel : panels_) archive.array(panel.packed, panel_bytes(precision_, inputs_, panel.columns));
}

std::string PackedLinear::layout(std::int64_t inputs, std::int64_t outputs, Precision precision) {
  std::string text;
  for (const auto& panel : PackedLinear(inputs, outputs, precision).panels_) {
    text += fmt::format("{}x{}: {}\n", inputs, panel.columns,
                        layout_text(packed_layout(type_of(precision), inputs, panel.columns)));
  }
  return text;
}

void PackedLinear::set_bias(const float* weight, const float* bias, const float* mean) {
  if (bias == nullptr && mean == nullptr) return;
  std::vector<float> sum(static_cast<std::size_t>(outputs_));
  if (bias != nullptr) sum.assign(bias, bias + outputs_);
  if (mean != nullptr) {
#pragma omp parallel for
    for (std::int64_t o = 0; o < outputs_; ++o) {
      const float* row = weight + o * inputs_;
      sum[static_cast<std::size_t>(o)] +=
          static_cast<float>(std::inner_product(row, row + inputs_, mean, 0.0));
    }
  }
  bias_ = PackedArray<float>(std::move(sum));
}

void PackedLinear::pack(const float* weight, Panel& panel) const {
  Buffer<std::uint8_t> packed;
  const bool native = precision_ == Precision::kBf16 && native_bfloat16();
  if (precision_ == Precision::kFp32) {
    reorder(weight, Type::f32, inputs_, outputs_, packed.reserve(packed_bytes(Type::f32, inputs_, outputs_)));
    panel.packed = PackedArray<std::uint8_t>(std::move(packed));
    return;
  }
  // Emulated products use the layout of fp32, with half the bytes a number.
  const auto bytes = packed_bytes(Type::f32, inputs_, outputs_);
  Buffer<std::uint8_t> whole;
  if (!native) reorder(weight, Type::f32, inputs_, outputs_, whole.reserve(bytes));
  const auto count = native ? inputs_ * outputs_ : bytes / 4;
  const auto* numbers = native ? weight : reinterpret_cast<const float*>(whole.data());
  Buffer<std::uint8_t> halves;
  auto* narrow = reinterpret_cast<std::uint16_t*>(halves.reserve(2 * count));
  const auto& simd = simd_kernels().narrow_bfloat16;
  in_chunks(count, [&](std::int64_t begin, std::int64_t n) { simd(numbers + begin, n, narrow + begin); });
  if (native) {
    reorder(narrow, Type::bf16, inputs_, outputs_,
            packed.reserve(packed_bytes(Type::bf16, inputs_, outputs_)));
    halves = std::move(packed);
  }
  panel.packed = PackedArray<std::uint8_t>(std::move(halves));
}

void PackedLinear::pack_int8(const float* weight) {
  std::vector<float> scale(static_cast<std::size_t>(outputs_));
  std::vector<std::int32_t> offset(static_cast<std::size_t>(outputs_));
  const auto& quantise = simd_kernels().quantise_weights;
  const int limit = int8_limit();
  Buffer<std::int8_t> plain;
  for (auto& panel : panels_) {
    const auto first = panel.first, columns = panel.columns;
    auto* numbers = plain.reserve(columns * inputs_);
#pragma omp parallel for
    for (std::int64_t o = 0; o < columns; ++o) {
      auto* row = numbers + o * inputs_;
      quantise(weight + (first + o) * inputs_, 1, inputs_, limit, row, scale.data() + first + o);
      offset[static_cast<std::size_t>(first + o)] = std::accumulate(row, row + inputs_, std::int32_t{0});
    }
    Buffer<std::uint8_t> packed;
    reorder(numbers, Type::s8, inputs_, columns, packed.reserve(packed_bytes(Type::s8, inputs_, columns)));
    panel.packed = PackedArray<std::uint8_t>(std::move(packed));
  }
  scale_ = PackedArray<float>(std::move(scale));
  offset_ = PackedArray<std::int32_t>(std::move(offset));
}

std::int64_t PackedLinear::widened_size() const {
  const bool emulated = precision_ == Precision::kBf16 && !native_bfloat16() && !panels_.empty();
  return emulated ? panels_.front().packed.size() / 2 : 0;
}

void PackedLinear::widen(float* copy) const {
  const auto* halves = reinterpret_cast<const std::uint16_t*>(panels_.front().packed.data());
  const auto& simd = simd_kernels().widen_bfloat16;
  in_chunks(widened_size(),
            [&](std::int64_t begin, std::int64_t n) { simd(halves + begin, n, copy + begin); });
}

void PackedLinear::multiply(const PreparedRows& x, std::int64_t rows, const float* copy, bool add, float* y,
                            ProductScratch& scratch) const {
  if (precision_ == Precision::kInt8) {
    for (const auto& panel : panels_) multiply_int8(panel, x, rows, add, y, scratch);
    return;
  }
  if (panels_.empty()) return;
  const bool native = precision_ == Precision::kBf16 && copy == nullptr;
  const ProductShape shape = {native ? Type::bf16 : Type::f32, rows, inputs_, outputs_, !bias_.empty(), add};
  const void* weight = copy != nullptr ? static_cast<const void*>(copy) : panels_.front().packed.data();
  packed_product(shape, x.numbers, weight, bias_.data(), y);
}

void PackedLinear::multiply_int8(const Panel& panel, const PreparedRows& x, std::int64_t rows, bool add,
                                 float* y, ProductScratch& scratch) const {
  const auto first = panel.first, columns = panel.columns;
  auto* sums = scratch.sums.reserve(rows * columns);
  packed_product({Type::s8, rows, inputs_, columns, false, false}, x.numbers, panel.packed.data(), nullptr,
                 sums);
  const Dequantiser by = {scale_.data() + first, offset_.data() + first,
                          bias_.empty() ? nullptr : bias_.data() + first};
  simd_kernels().dequantise_rows(sums, rows, columns, x.scales, by, add, y + first, outputs_);
}

}  // namespace relprompt::kernels
