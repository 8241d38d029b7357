// Keys and values of every head are packed once for the library's products; then a tile of queries of one
// head is one task, whose scores never leave the second-level cache. Rows are divided by their sums of
// exponentials after the product with the values, where they are shorter.
#include "kernels/attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/buffer.h"
#include "kernels/loops.h"
#include "kernels/packed_product.h"

namespace relprompt::kernels {
namespace {

// 128 rows of about 1050 scores are half a megabyte: they fit the second-level cache beside keys and values.
constexpr std::int64_t kTile = 128;
using Type = dnnl::memory::data_type;

/// What a thread works in; kept for the next layer.
struct Scratch {
  Buffer<float> gathered, queries, scores, sums, mixed;
  Buffer<std::uint16_t> halves;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

class Heads {
 public:
  Heads(const AttentionInput& input, Type type, Buffer<std::uint8_t>& memory)
      : in_(input),
        type_(type),
        size_(in_.width / in_.heads),
        columns_(in_.tokens + in_.extra),
        key_bytes_(bytes(size_, columns_)),
        value_bytes_(bytes(columns_, size_)),
        packed_(memory.reserve(in_.batch * in_.heads * (key_bytes_ + value_bytes_))) {}

  void pack(std::int64_t task) const {
    auto* keys = packed_ + task * (key_bytes_ + value_bytes_);
    auto& s = scratch();
    const auto count = columns_ * size_;
    pack_factor(type_, size_, columns_, Side::kTransposed, factor(gather(task, 0, s), count, s), keys);
    pack_factor(type_, columns_, size_, Side::kPlain, factor(gather(task, 1, s), count, s),
                keys + key_bytes_);
  }

  /// Query rows [begin, end) of a head.
  void attend(std::int64_t task, std::int64_t begin, std::int64_t end, float* out) const {
    const auto image = task / in_.heads, head = task % in_.heads, rows = end - begin;
    const auto* keys = packed_ + task * (key_bytes_ + value_bytes_);
    auto& s = scratch();
    float *queries = s.queries.reserve(rows * size_), *scores = s.scores.reserve(rows * columns_),
          *sums = s.sums.reserve(rows), *mixed = s.mixed.reserve(rows * size_);
    const float* from = in_.qkv + (image * in_.tokens + begin) * 3 * in_.width + head * size_;
    const float scale = 1.0f / std::sqrt(static_cast<float>(size_));
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t i = 0; i < size_; ++i) queries[r * size_ + i] = scale * from[r * 3 * in_.width + i];
    }
    packed_product({type_, rows, size_, columns_, false, false}, factor(queries, rows * size_, s), keys,
                   nullptr, scores);
    loops().exponential_rows(scores, rows, columns_, sums);
    packed_product({type_, rows, columns_, size_, false, false}, factor(scores, rows * columns_, s),
                   keys + key_bytes_, nullptr, mixed);
    float* to = out + (image * in_.tokens + begin) * in_.width + head * size_;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float share = 1.0f / sums[r];
      for (std::int64_t i = 0; i < size_; ++i) to[r * in_.width + i] = share * mixed[r * size_ + i];
    }
  }

 private:
  std::int64_t bytes(std::int64_t inputs, std::int64_t outputs) const {
    const auto all = static_cast<std::int64_t>(packed_layout(type_, inputs, outputs).get_size());
    return (all + 63) / 64 * 64;  // each head starts a cache line
  }

  /// The numbers as products take them; valid until the next call with the same scratch.
  const void* factor(const float* x, std::int64_t count, Scratch& s) const {
    if (type_ == Type::f32) return x;
    auto* halves = s.halves.reserve(count);
    loops().narrow_bfloat16(x, count, halves);
    return halves;
  }

  /// Keys (0) or values (1) of all tokens of a head, [columns, size].
  const float* gather(std::int64_t task, std::int64_t which, Scratch& s) const {
    const auto image = task / in_.heads, first = task % in_.heads * size_, width = in_.width;
    float* to = s.gathered.reserve(columns_ * size_);
    for (std::int64_t j = 0; j < columns_; ++j) {
      const float* row = j < in_.tokens
                             ? in_.qkv + ((image * in_.tokens + j) * 3 + 1 + which) * width
                             : in_.extra_kv + ((image * in_.extra + j - in_.tokens) * 2 + which) * width;
      std::copy_n(row + first, size_, to + j * size_);
    }
    return to;
  }

  const AttentionInput& in_;
  Type type_;
  std::int64_t size_, columns_;
  std::int64_t key_bytes_, value_bytes_;  ///< of a packed head
  std::uint8_t* packed_;
};

}  // namespace

void attention(const AttentionInput& input, float* out, Precision precision) {
  thread_local Buffer<std::uint8_t> memory;
  const bool half = precision != Precision::kFp32 && native_bfloat16();
  const Heads all(input, half ? Type::bf16 : Type::f32, memory);
  const std::int64_t heads = input.batch * input.heads, tiles = (input.tokens + kTile - 1) / kTile;
  const std::int64_t rows = (input.tokens + tiles - 1) / std::max<std::int64_t>(1, tiles);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t task = 0; task < heads; ++task) all.pack(task);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t task = 0; task < heads * tiles; ++task) {
    const auto begin = task % tiles * rows, end = std::min(begin + rows, input.tokens);
    if (begin < end) all.attend(task / tiles, begin, end, out);
  }
}

}  // namespace relprompt::kernels
