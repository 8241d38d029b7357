// Keys and values of every head are packed once for the library's products; then a tile of queries of one
// head is one task, whose scores never leave the second-level cache. Rows are divided by their sums of
// exponentials after the product with the values, where they are shorter.
#include "kernels/attention.h"

#include <cmath>

#include "kernels/attention_heads.h"
#include "kernels/attention_int8.h"
#include "kernels/attention_simd.h"
#include "kernels/packed_product.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

using Type = dnnl::memory::data_type;

/// What a thread works in; kept for the next layer.
struct Scratch {
  Buffer<float> gathered, queries, scores, totals, mixed;
  Buffer<std::uint16_t> halves;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

/// Products in fp32 or native bfloat16.
class Heads {
 public:
  Heads(const AttentionParts& input, Type type, const ScoreEdit* edit, Buffer<std::uint8_t>& memory)
      : rows_(input),
        heads_(input.heads),
        width_(input.width),
        type_(type),
        edit_(edit),
        key_bytes_(bytes(rows_.size(), rows_.padded())),
        value_bytes_(bytes(rows_.padded(), rows_.size())),
        packed_(memory.reserve(input.batch * input.heads * (key_bytes_ + value_bytes_))) {}

  void pack(std::int64_t task) const {
    const auto size = rows_.size(), columns = rows_.padded();
    auto* keys = packed_ + task * (key_bytes_ + value_bytes_);
    auto& s = scratch();
    pack_factor(type_, size, columns, Side::kTransposed,
                factor(rows_.keys(task, s.gathered), columns * size, s), keys);
    pack_factor(type_, columns, size, Side::kPlain, factor(rows_.values(task, s.gathered), columns * size, s),
                keys + key_bytes_);
  }

  /// Query rows [begin, end) of a head.
  void attend(std::int64_t task, std::int64_t begin, std::int64_t end, float* out) const {
    const auto count = end - begin, size = rows_.size(), columns = rows_.padded();
    const auto* keys = packed_ + task * (key_bytes_ + value_bytes_);
    auto& s = scratch();
    float *queries = s.queries.reserve(count * size), *scores = s.scores.reserve(count * columns),
          *totals = s.totals.reserve(count), *mixed = s.mixed.reserve(count * size);
    rows_.queries(task, begin, end, 1.0f / std::sqrt(static_cast<float>(size)), queries);
    packed_product({type_, count, size, columns, false, false}, factor(queries, count * size, s), keys,
                   nullptr, scores);
    if (edit_ != nullptr) edit_->edit(task / heads_, begin, end, scores, columns);
    packed_product({type_, count, columns, size, false, false}, exponentials(scores, count, totals, s),
                   keys + key_bytes_, nullptr, mixed);
    float* to = rows_.result(task, begin, out);
    for (std::int64_t r = 0; r < count; ++r) {
      const float share = 1.0f / totals[r];
      for (std::int64_t i = 0; i < size; ++i) to[r * width_ + i] = share * mixed[r * size + i];
    }
  }

 private:
  std::int64_t bytes(std::int64_t inputs, std::int64_t outputs) const {
    return whole_lines(static_cast<std::int64_t>(packed_layout(type_, inputs, outputs).get_size()));
  }

  /// The numbers as products take them; valid until the next call with the same scratch.
  const void* factor(const float* x, std::int64_t count, Scratch& s) const {
    if (type_ == Type::f32) return x;
    auto* halves = s.halves.reserve(count);
    simd_kernels().narrow_bfloat16(x, count, halves);
    return halves;
  }

  /// Of scores, which may be overwritten, as the next product takes them.
  const void* exponentials(float* scores, std::int64_t count, float* totals, Scratch& s) const {
    const ScoreColumns columns = {rows_.columns(), rows_.padded()};
    if (type_ == Type::f32) {
      attention_simd().exponential_rows(scores, count, columns, totals);
      return scores;
    }
    auto* halves = s.halves.reserve(count * columns.stride);
    attention_simd().exponential_rows_bfloat16(scores, count, columns, halves, totals);
    return halves;
  }

  HeadRows rows_;
  std::int64_t heads_, width_;
  Type type_;
  const ScoreEdit* edit_;
  std::int64_t key_bytes_, value_bytes_;  ///< of a packed head
  std::uint8_t* packed_;
};

}  // namespace

void attention(const AttentionParts& input, float* out, Precision precision, const ScoreEdit* edit) {
  if (precision == Precision::kInt8 && int8_attention_pays() && edit == nullptr) {
    attention_int8(input, out);
    return;
  }
  thread_local Buffer<std::uint8_t> memory;
  const bool half = precision != Precision::kFp32 && native_bfloat16();
  attend_all(input, Heads(input, half ? Type::bf16 : Type::f32, edit, memory), out);
}

}  // namespace relprompt::kernels
