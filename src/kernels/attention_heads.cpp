#include "kernels/attention_heads.h"

namespace relprompt::kernels {
namespace {

constexpr std::int64_t kColumns = 32;

}  // namespace

HeadRows::HeadRows(const AttentionParts& input)
    : in_(input),
      size_(input.width / input.heads),
      columns_(input.tokens + input.extra),
      padded_((columns_ + kColumns - 1) / kColumns * kColumns) {}

void HeadRows::queries(std::int64_t task, std::int64_t begin, std::int64_t end, float scale,
                       float* to) const {
  const auto image = task / in_.heads, head = task % in_.heads, stride = in_.query_stride;
  const float* from = in_.queries + (image * in_.tokens + begin) * stride + head * size_;
  for (std::int64_t r = 0; r < end - begin; ++r) {
    for (std::int64_t i = 0; i < size_; ++i) to[r * size_ + i] = scale * from[r * stride + i];
  }
}

float* HeadRows::result(std::int64_t task, std::int64_t begin, float* out) const {
  return out + (task / in_.heads * in_.tokens + begin) * in_.width + task % in_.heads * size_;
}

float* HeadRows::gather(std::int64_t task, std::int64_t which, Buffer<float>& memory) const {
  const auto image = task / in_.heads, head = task % in_.heads * size_, extra = which * in_.width + head;
  const float* own = (which == 0 ? in_.keys : in_.values) + head;
  float* to = memory.reserve(padded_ * size_);
  for (std::int64_t j = 0; j < columns_; ++j) {
    const float* row = j < in_.tokens
                           ? own + (image * in_.tokens + j) * in_.kv_stride
                           : in_.extra_kv + (image * in_.extra + j - in_.tokens) * 2 * in_.width + extra;
    std::copy_n(row, size_, to + j * size_);
  }
  std::fill(to + columns_ * size_, to + padded_ * size_, 0.0f);
  return to;
}

}  // namespace relprompt::kernels
