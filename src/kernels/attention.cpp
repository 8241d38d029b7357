#include "kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/softmax.h"

namespace relprompt::kernels {
namespace {

// 128 rows of about 1050 scores are half a megabyte: they fit the second-level cache beside keys and values.
constexpr std::int64_t kTile = 128;

/// One head of one image, query rows [begin, end).
void attend_tile(const AttentionInput& in, std::int64_t image, std::int64_t head, std::int64_t begin,
                 std::int64_t end, float* scores, float* out) {
  const std::int64_t size = in.width / in.heads, columns = in.tokens + in.extra, rows = end - begin;
  const std::int64_t row = 3 * in.width, extra_row = 2 * in.width;
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  const float* tokens = in.qkv + image * in.tokens * row + head * size;
  const float* queries = tokens + begin * row;
  float* mixed = out + (image * in.tokens + begin) * in.width + head * size;
  gemm(Side::kPlain, Side::kTransposed, rows, in.tokens, size, scale, queries, row, tokens + in.width, row,
       0.0f, scores, columns);
  const float* extra = in.extra > 0 ? in.extra_kv + image * in.extra * extra_row + head * size : nullptr;
  if (extra != nullptr) {
    gemm(Side::kPlain, Side::kTransposed, rows, in.extra, size, scale, queries, row, extra, extra_row, 0.0f,
         scores + in.tokens, columns);
  }
  softmax_rows(scores, rows, columns);
  gemm(Side::kPlain, Side::kPlain, rows, size, in.tokens, 1.0f, scores, columns, tokens + 2 * in.width, row,
       0.0f, mixed, in.width);
  if (extra != nullptr) {
    gemm(Side::kPlain, Side::kPlain, rows, size, in.extra, 1.0f, scores + in.tokens, columns,
         extra + in.width, extra_row, 1.0f, mixed, in.width);
  }
}

}  // namespace

void attention(const AttentionInput& input, float* out) {
  const std::int64_t tiles = (input.tokens + kTile - 1) / kTile;
  const std::int64_t tasks = input.batch * input.heads * tiles;
  const std::int64_t rows = std::min(kTile, input.tokens);
#pragma omp parallel
  {
    std::vector<float> scores(static_cast<std::size_t>(rows * (input.tokens + input.extra)));
#pragma omp for schedule(dynamic)
    for (std::int64_t task = 0; task < tasks; ++task) {
      const std::int64_t tile = task % tiles, head = task / tiles % input.heads,
                         image = task / tiles / input.heads;
      const std::int64_t begin = tile * kTile, end = std::min(begin + kTile, input.tokens);
      attend_tile(input, image, head, begin, end, scores.data(), out);
    }
  }
}

}  // namespace relprompt::kernels
