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
constexpr auto kFp32 = dnnl::memory::data_type::f32;

/// What a thread works in; kept for the next layer.
struct Scratch {
  Buffer<float> gathered, queries, scores, sums, mixed;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

class Heads {
 public:
  Heads(const AttentionInput& input, Buffer<float>& memory)
      : in_(input),
        size_(in_.width / in_.heads),
        columns_(in_.tokens + in_.extra),
        key_numbers_(numbers(size_, columns_)),
        value_numbers_(numbers(columns_, size_)),
        packed_(memory.reserve(in_.batch * in_.heads * (key_numbers_ + value_numbers_))) {}

  void pack(std::int64_t task) const {
    float* keys = packed_ + task * (key_numbers_ + value_numbers_);
    pack_factor(kFp32, size_, columns_, Side::kTransposed, gather(task, 0), keys);
    pack_factor(kFp32, columns_, size_, Side::kPlain, gather(task, 1), keys + key_numbers_);
  }

  /// Query rows [begin, end) of a head.
  void attend(std::int64_t task, std::int64_t begin, std::int64_t end, float* out) const {
    const auto image = task / in_.heads, head = task % in_.heads, rows = end - begin;
    const float* keys = packed_ + task * (key_numbers_ + value_numbers_);
    auto& s = scratch();
    float *queries = s.queries.reserve(rows * size_), *scores = s.scores.reserve(rows * columns_),
          *sums = s.sums.reserve(rows), *mixed = s.mixed.reserve(rows * size_);
    const float* from = in_.qkv + (image * in_.tokens + begin) * 3 * in_.width + head * size_;
    const float scale = 1.0f / std::sqrt(static_cast<float>(size_));
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t i = 0; i < size_; ++i) queries[r * size_ + i] = scale * from[r * 3 * in_.width + i];
    }
    packed_product({kFp32, rows, size_, columns_, false, false}, queries, keys, nullptr, scores);
    loops().exponential_rows(scores, rows, columns_, sums);
    packed_product({kFp32, rows, columns_, size_, false, false}, scores, keys + key_numbers_, nullptr, mixed);
    float* to = out + (image * in_.tokens + begin) * in_.width + head * size_;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float share = 1.0f / sums[r];
      for (std::int64_t i = 0; i < size_; ++i) to[r * in_.width + i] = share * mixed[r * size_ + i];
    }
  }

 private:
  static std::int64_t numbers(std::int64_t inputs, std::int64_t outputs) {
    const auto bytes = static_cast<std::int64_t>(packed_layout(kFp32, inputs, outputs).get_size());
    return (bytes + 63) / 64 * 16;  // each head starts a cache line
  }

  /// Keys (0) or values (1) of all tokens of a head, [columns, size].
  const float* gather(std::int64_t task, std::int64_t which) const {
    const auto image = task / in_.heads, first = task % in_.heads * size_, width = in_.width;
    float* to = scratch().gathered.reserve(columns_ * size_);
    for (std::int64_t j = 0; j < columns_; ++j) {
      const float* row = j < in_.tokens
                             ? in_.qkv + ((image * in_.tokens + j) * 3 + 1 + which) * width
                             : in_.extra_kv + ((image * in_.extra + j - in_.tokens) * 2 + which) * width;
      std::copy_n(row + first, size_, to + j * size_);
    }
    return to;
  }

  const AttentionInput& in_;
  std::int64_t size_, columns_;
  std::int64_t key_numbers_, value_numbers_;  ///< of a packed head
  float* packed_;
};

}  // namespace

void attention(const AttentionInput& input, float* out) {
  thread_local Buffer<float> memory;
  const Heads all(input, memory);
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
