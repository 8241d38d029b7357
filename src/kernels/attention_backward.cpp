// One task is one head of one image: it walks over the queries in tiles, and the gradients of its keys and
// values are sums over these tiles that no other task touches.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/attention.h"
#include "kernels/gemm.h"
#include "kernels/softmax.h"

namespace relprompt::kernels {
namespace {

// Two tiles of about 1050 columns, weights and their gradients, are one megabyte of second-level cache.
constexpr std::int64_t kTile = 128;

/// What a thread works on; keys and values of tokens and extra tokens lie together here, so that every
/// product is one call on memory without gaps.
struct Scratch {
  Scratch(std::int64_t tile, std::int64_t columns, std::int64_t size)
      : keys(count(columns, size)),
        values(keys),
        d_keys(keys),
        d_values(keys),
        p(count(tile, columns)),
        ds(p) {}

  static std::vector<float> count(std::int64_t rows, std::int64_t columns) {
    return std::vector<float>(static_cast<std::size_t>(rows * columns));
  }

  std::vector<float> keys, values, d_keys, d_values;  ///< [columns, size] each
  std::vector<float> p, ds;  ///< [tile, columns] each: softmax, and the gradient by the scores
};

/// Copies rows of `size` numbers between arrays whose rows are that far apart.
void copy_rows(const float* from, std::int64_t from_stride, std::int64_t rows, std::int64_t size, float* to,
               std::int64_t to_stride) {
  for (std::int64_t r = 0; r < rows; ++r) std::copy_n(from + r * from_stride, size, to + r * to_stride);
}

class Head {
 public:
  Head(const AttentionInput& in, std::int64_t image, std::int64_t head, Scratch& scratch)
      : in_(in),
        size_(in.width / in.heads),
        columns_(in.tokens + in.extra),
        own_(image * in.tokens * 3 * in.width + head * size_),
        other_(image * in.extra * 2 * in.width + head * size_),
        scratch_(scratch) {
    const auto width = in.width;
    const auto gather = [&](std::int64_t which, std::vector<float>& to) {
      copy_rows(in.qkv + own_ + (1 + which) * width, 3 * width, in.tokens, size_, to.data(), size_);
      if (in.extra == 0) return;
      copy_rows(in.extra_kv + other_ + which * width, 2 * width, in.extra, size_,
                to.data() + in.tokens * size_, size_);
    };
    gather(0, scratch.keys);
    gather(1, scratch.values);
  }

  /// Query rows [begin, end). d_out points at their gradient, d_queries (or nullptr) at the result's place.
  void tile(std::int64_t begin, std::int64_t end, const float* d_out, float* d_queries) {
    const std::int64_t rows = end - begin, row = 3 * in_.width;
    const float scale = 1.0f / std::sqrt(static_cast<float>(size_));
    const float* queries = in_.qkv + own_ + begin * row;
    const float old = begin == 0 ? 0.0f : 1.0f;  // the first tile overwrites what another head left
    float *p = scratch_.p.data(), *ds = scratch_.ds.data();
    gemm(Side::kPlain, Side::kTransposed, rows, columns_, size_, scale, queries, row, scratch_.keys.data(),
         size_, 0.0f, p, columns_);
    softmax_rows(p, rows, columns_);
    gemm(Side::kTransposed, Side::kPlain, columns_, size_, rows, 1.0f, p, columns_, d_out, in_.width, old,
         scratch_.d_values.data(), size_);
    gemm(Side::kPlain, Side::kTransposed, rows, columns_, size_, 1.0f, d_out, in_.width,
         scratch_.values.data(), size_, 0.0f, ds, columns_);
    softmax_rows_backward(p, ds, rows, columns_, scale);
    gemm(Side::kTransposed, Side::kPlain, columns_, size_, rows, 1.0f, ds, columns_, queries, row, old,
         scratch_.d_keys.data(), size_);
    if (d_queries == nullptr) return;
    gemm(Side::kPlain, Side::kPlain, rows, size_, columns_, 1.0f, ds, columns_, scratch_.keys.data(), size_,
         0.0f, d_queries, row);
  }

  void run(const float* d_out, float* d_qkv, float* d_extra_kv, std::int64_t image, std::int64_t head) {
    const auto width = in_.width;
    for (std::int64_t begin = 0; begin < in_.tokens; begin += kTile) {
      tile(begin, std::min(begin + kTile, in_.tokens),
           d_out + (image * in_.tokens + begin) * width + head * size_,
           d_qkv != nullptr ? d_qkv + own_ + begin * 3 * width : nullptr);
    }
    const auto scatter = [&](std::int64_t which, const std::vector<float>& from) {
      if (d_qkv != nullptr) {
        copy_rows(from.data(), size_, in_.tokens, size_, d_qkv + own_ + (1 + which) * width, 3 * width);
      }
      if (d_extra_kv != nullptr) {
        copy_rows(from.data() + in_.tokens * size_, size_, in_.extra, size_,
                  d_extra_kv + other_ + which * width, 2 * width);
      }
    };
    scatter(0, scratch_.d_keys);
    scatter(1, scratch_.d_values);
  }

 private:
  const AttentionInput& in_;
  std::int64_t size_, columns_;
  std::int64_t own_, other_;  ///< where this head of this image starts in qkv and extra_kv
  Scratch& scratch_;
};

}  // namespace

void attention_backward(const AttentionInput& input, const float* d_out, float* d_qkv, float* d_extra_kv) {
  const std::int64_t tasks = input.batch * input.heads;
#pragma omp parallel
  {
    Scratch scratch(std::min(kTile, input.tokens), input.tokens + input.extra, input.width / input.heads);
#pragma omp for schedule(dynamic)
    for (std::int64_t task = 0; task < tasks; ++task) {
      const std::int64_t image = task / input.heads, head = task % input.heads;
      Head(input, image, head, scratch).run(d_out, d_qkv, d_extra_kv, image, head);
    }
  }
}

}  // namespace relprompt::kernels
