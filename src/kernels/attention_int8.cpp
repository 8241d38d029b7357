#include "kernels/attention_int8.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/attention_heads.h"
#include "kernels/attention_simd.h"
#include "kernels/packed_product.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {
namespace {

constexpr auto kType = dnnl::memory::data_type::s8;

/// What a thread works in; kept for the next layer.
struct Scratch {
  Buffer<float> numbers, row, totals;
  Buffer<std::int8_t> rounded;
  Buffer<std::uint8_t> queries, weights;
  Buffer<std::int32_t> scores, mixed;
  Buffer<RowScale> scales;
};

Scratch& scratch() {
  thread_local Scratch own;
  return own;
}

/// Multiples of the golden ratio, less their whole parts: any neighbours of them are spread evenly over [0,
/// 1), and no period meets the rows of an image's patches.
void spread_evenly(float* numbers, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double multiple = 0.6180339887498949 * static_cast<double>(i);
    numbers[i] = static_cast<float>(multiple - std::floor(multiple)) * 0.999f;  // not rounded up to 1
  }
}

class Heads {
 public:
  Heads(const AttentionParts& input, Buffer<std::uint8_t>& memory, Buffer<float>& dither)
      : rows_(input), width_(input.width), dither_(dither.reserve(rows_.columns())) {
    spread_evenly(dither_, rows_.columns());
    const auto size = rows_.size(), columns = rows_.padded();
    const auto product = [](std::int64_t inputs, std::int64_t outputs) {
      return whole_lines(static_cast<std::int64_t>(packed_layout(kType, inputs, outputs).get_size()));
    };
    values_ = product(size, columns);
    key_scale_ = values_ + product(columns, size);
    key_shift_ = key_scale_ + whole_lines(4 * columns);
    value_scale_ = key_shift_ + whole_lines(4 * columns);
    value_mean_ = value_scale_ + whole_lines(4 * size);
    bytes_ = value_mean_ + whole_lines(4 * size);
    all_ = memory.reserve(input.batch * input.heads * bytes_);
  }

  void pack(std::int64_t task) const {
    const auto size = rows_.size(), count = rows_.columns(), padded = rows_.padded();
    const auto head = head_of(task);
    auto& s = scratch();
    auto* rounded = s.rounded.reserve(padded * size);
    std::fill(rounded + count * size, rounded + padded * size, std::int8_t{0});

    float* keys = rows_.keys(task, s.numbers);
    attention_simd().subtract_column_means(keys, count, size, s.row.reserve(size));
    simd_kernels().quantise_weights(keys, count, size, int8_limit(), rounded, head.key_scale);
    const float scale = 1.0f / std::sqrt(static_cast<float>(size));
    for (std::int64_t j = 0; j < count; ++j) {
      head.key_scale[j] *= scale;
      const auto sum = std::accumulate(rounded + j * size, rounded + (j + 1) * size, std::int32_t{0});
      head.key_shift[j] = head.key_scale[j] * static_cast<float>(sum);
    }
    pack_factor(kType, size, padded, Side::kTransposed, rounded, head.keys);

    float* values = rows_.values(task, s.numbers);
    attention_simd().subtract_column_means(values, count, size, head.value_mean);
    attention_simd().quantise_columns(values, count, size, int8_limit(), rounded, head.value_scale);
    pack_factor(kType, padded, size, Side::kPlain, rounded, head.values);
  }

  /// Query rows [begin, end) of a head.
  void attend(std::int64_t task, std::int64_t begin, std::int64_t end, float* out) const {
    const auto count = end - begin, size = rows_.size(), padded = rows_.padded();
    const auto head = head_of(task);
    auto& s = scratch();
    float* numbers = s.numbers.reserve(count * size);
    auto* queries = s.queries.reserve(count * size);
    auto* weights = s.weights.reserve(count * padded);
    auto *scores = s.scores.reserve(count * padded), *mixed = s.mixed.reserve(count * size);
    float* totals = s.totals.reserve(count);
    auto* scales = s.scales.reserve(count);
    rows_.queries(task, begin, end, 1.0f, numbers);
    simd_kernels().quantise_rows(numbers, count, size, queries, scales);
    packed_product({kType, count, size, padded, false, false}, queries, head.keys, nullptr, scores);
    attention_simd().exponential_rows_int8(scores, count, {rows_.columns(), padded}, scales, head.key_scale,
                                           head.key_shift, dither_, s.row.reserve(rows_.columns()), weights,
                                           totals);
    packed_product({kType, count, padded, size, false, false}, weights, head.values, nullptr, mixed);
    float* to = rows_.result(task, begin, out);
    for (std::int64_t r = 0; r < count; ++r) {
      const float share = 1.0f / totals[r];
      for (std::int64_t i = 0; i < size; ++i) {
        to[r * width_ + i] =
            head.value_mean[i] + share * head.value_scale[i] * static_cast<float>(mixed[r * size + i]);
      }
    }
  }

 private:
  /// Where the parts of a packed head lie.
  struct Head {
    std::uint8_t *keys, *values;
    float* key_scale;                 ///< [columns], 1 / sqrt(size) in it
    float* key_shift;                 ///< [columns]: the sum of the key's numbers times its scale
    float *value_scale, *value_mean;  ///< [size]
  };

  Head head_of(std::int64_t task) const {
    auto* first = all_ + task * bytes_;
    const auto floats = [&](std::int64_t offset) { return reinterpret_cast<float*>(first + offset); };
    return {first,
            first + values_,
            floats(key_scale_),
            floats(key_shift_),
            floats(value_scale_),
            floats(value_mean_)};
  }

  HeadRows rows_;
  std::int64_t width_;
  float* dither_;                                                           ///< [columns]
  std::int64_t values_, key_scale_, key_shift_, value_scale_, value_mean_;  ///< bytes into a head
  std::int64_t bytes_;                                                      ///< of a head
  std::uint8_t* all_;
};

}  // namespace

bool int8_attention_pays() {
  return int8_limit() == 127;
}

void attention_int8(const AttentionParts& input, float* out) {
  thread_local Buffer<std::uint8_t> memory;
  thread_local Buffer<float> dither;
  attend_all(input, Heads(input, memory, dither), out);
}

}  // namespace relprompt::kernels
