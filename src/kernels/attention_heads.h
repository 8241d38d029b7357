// What attention in every precision shares: how heads lie in its input, and the order of the work.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/attention.h"
#include "kernels/buffer.h"

namespace relprompt::kernels {

/// One head of one image is a task; tasks are numbered image by image.
class HeadRows {
 public:
  explicit HeadRows(const AttentionParts& input);

  std::int64_t size() const { return size_; }        ///< numbers a head
  std::int64_t columns() const { return columns_; }  ///< keys: own tokens and extra ones
  /// columns, rounded up: the library's products are 5 to 15% faster so. What is between is 0.
  std::int64_t padded() const { return padded_; }

  /// Keys of all tokens of a head, [padded, size], or its values.
  float* keys(std::int64_t task, Buffer<float>& memory) const { return gather(task, 0, memory); }
  float* values(std::int64_t task, Buffer<float>& memory) const { return gather(task, 1, memory); }
  /// Rows [begin, end) of its queries times `scale`, [end - begin, size].
  void queries(std::int64_t task, std::int64_t begin, std::int64_t end, float scale, float* to) const;
  /// Where row `begin` of its result goes; rows are `width` apart.
  float* result(std::int64_t task, std::int64_t begin, float* out) const;

 private:
  float* gather(std::int64_t task, std::int64_t which, Buffer<float>& memory) const;

  const AttentionParts& in_;
  std::int64_t size_, columns_, padded_;
};

/// heads.pack(task) for all tasks, then heads.attend(task, begin, end, out) for all tiles of query rows, on
/// the threads of OpenMP.
template <typename Heads>
void attend_all(const AttentionParts& input, const Heads& heads, float* out) {
  // 128 rows of about 1050 scores are half a megabyte: they fit the second-level cache beside keys and
  // values.
  constexpr std::int64_t kTile = 128;
  const std::int64_t tasks = input.batch * input.heads, tiles = (input.tokens + kTile - 1) / kTile;
  const std::int64_t rows = (input.tokens + tiles - 1) / std::max<std::int64_t>(1, tiles);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t task = 0; task < tasks; ++task) heads.pack(task);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t tile = 0; tile < tasks * tiles; ++tile) {
    const auto begin = tile % tiles * rows, end = std::min(begin + rows, input.tokens);
    if (begin < end) heads.attend(tile / tiles, begin, end, out);
  }
}

/// Bytes so that what follows them starts a cache line.
inline std::int64_t whole_lines(std::int64_t bytes) {
  return (bytes + 63) / 64 * 64;
}

}  // namespace relprompt::kernels
