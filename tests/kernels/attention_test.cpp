// Attention in every precision beside its naive twin.
#include "kernels/attention.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/attention_int8.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

struct AttentionSizes {
  std::int64_t batch, tokens, extra, width, heads;
};

struct Case {
  explicit Case(const AttentionSizes& sizes)
      : s(sizes),
        qkv(random_values("qkv", s.batch * s.tokens * 3 * s.width, 2.0f)),
        more(random_values("extra", s.batch * s.extra * 2 * s.width, 2.0f)) {}

  AttentionInput input() const {
    return {qkv.data(), s.extra > 0 ? more.data() : nullptr, s.batch, s.tokens, s.extra, s.width, s.heads};
  }

  /// Number d of the key (which = 0) or value (1) of a token or extra token.
  float& at(std::int64_t b, std::int64_t j, std::int64_t which, std::int64_t d) {
    const auto token = ((b * s.tokens + j) * 3 + 1 + which) * s.width + d,
               extra = ((b * s.extra + j - s.tokens) * 2 + which) * s.width + d;
    return j < s.tokens ? qkv[static_cast<std::size_t>(token)] : more[static_cast<std::size_t>(extra)];
  }

  /// Adds `key` to all keys and `value` to all values.
  void shift(float key, float value) {
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t j = 0; j < s.tokens + s.extra; ++j) {
        for (std::int64_t d = 0; d < s.width; ++d) {
          at(b, j, 0, d) += key;
          at(b, j, 1, d) += value;
        }
      }
    }
  }

  /// Result d of a token; `more_score` is added to each of its scores.
  template <typename Score>
  double naive(std::int64_t b, std::int64_t i, std::int64_t d, const Score& more_score) {
    const auto size = s.width / s.heads, first = d / size * size;
    std::vector<double> scores;
    double max = -1e300, total = 0, sum = 0;
    for (std::int64_t j = 0; j < s.tokens + s.extra; ++j) {
      double dot = 0;
      for (std::int64_t e = first; e < first + size; ++e) {
        const auto query = static_cast<std::size_t>((b * s.tokens + i) * 3 * s.width + e);
        dot += static_cast<double>(qkv[query]) * at(b, j, 0, e);
      }
      scores.push_back(dot / std::sqrt(static_cast<double>(size)) + more_score(j));
      max = std::max(max, scores.back());
    }
    for (std::size_t j = 0; j < scores.size(); ++j) {
      const double weight = std::exp(scores[j] - max);
      total += weight;
      sum += weight * at(b, static_cast<std::int64_t>(j), 1, d);
    }
    return sum / total;
  }
  double naive(std::int64_t b, std::int64_t i, std::int64_t d) {
    return naive(b, i, d, [](std::int64_t) { return 0.0; });
  }

  AttentionSizes s;
  std::vector<float> qkv, more;
};

class Attention : public testing::TestWithParam<AttentionSizes> {
 protected:
  using Function = void (*)(const AttentionInput&, float*);

  static void fp32(const AttentionInput& input, float* out) { attention(input, out); }
  static void bf16(const AttentionInput& input, float* out) { attention(input, out, Precision::kBf16); }
  static void int8(const AttentionInput& input, float* out) { attention(input, out, Precision::kInt8); }

  static void int8_anywhere(const AttentionInput& input, float* out) { attention_int8(parts_of(input), out); }

  void expect_twin(Function attend, double tolerance) {
    std::vector<float> out(static_cast<std::size_t>(case_.s.batch * case_.s.tokens * case_.s.width), NAN);
    attend(case_.input(), out.data());
    std::size_t at = 0;
    for (std::int64_t b = 0; b < case_.s.batch; ++b) {
      for (std::int64_t i = 0; i < case_.s.tokens; ++i) {
        for (std::int64_t d = 0; d < case_.s.width; ++d, ++at) {
          ASSERT_NEAR(out[at], case_.naive(b, i, d), tolerance) << "at " << b << ", " << i << ", " << d;
        }
      }
    }
  }

  Case case_{GetParam()};
};

TEST_P(Attention, EqualsTheNaiveTwin) {
  expect_twin(fp32, 1e-5);
}

// Scores up to 4 * size err by 2^-8 of their size where products are in bfloat16, and so do their
// exponentials; the values' own rounding is small beside that.
TEST_P(Attention, InBfloat16IsNearTheNaiveTwin) {
  expect_twin(bf16, 0.05);
}

// Half a step of queries and keys in [-2, 2) is 2 / 127 / 2 at most; times the other's 2, over `size` numbers
// that err independently, a score errs by about 0.02. Values err by half a step too.
TEST_P(Attention, InInt8IsNearTheNaiveTwin) {
  expect_twin(int8, 0.05);
  // With the 63 steps of processors without VNNI as well, where `attention` does not take this way.
  expect_twin(int8_anywhere, int8_attention_pays() ? 0.05 : 0.1);
}

// A common part of all keys says nothing, one of all values passes through; neither costs steps.
TEST_P(Attention, InInt8TakesCommonPartsOut) {
  case_.shift(30.0f, 100.0f);
  expect_twin(int8_anywhere, int8_attention_pays() ? 0.05 : 0.1);
}

// One key wins by so much that the others' weights round to nothing. Half a step of its value is 2 / 127 / 2,
// and its weight may lose one step of 254.
TEST_P(Attention, InInt8OneKeyMayTakeAll) {
  for (std::int64_t b = 0; b < case_.s.batch; ++b) {
    for (std::int64_t d = 0; d < case_.s.width; ++d) {
      for (std::int64_t i = 0; i < case_.s.tokens; ++i) {
        auto& query = case_.qkv[static_cast<std::size_t>((b * case_.s.tokens + i) * 3 * case_.s.width + d)];
        query = 6.0f + query;
      }
      case_.at(b, 0, 0, d) = 40.0f;
    }
  }
  expect_twin(int8_anywhere, int8_attention_pays() ? 0.016 : 0.024);
}

double extra_score(std::int64_t b, std::int64_t i, std::int64_t j) {
  return std::sin(static_cast<double>(100 * b + 10 * i + j));
}

class AddsExtraScores : public ScoreEdit {
 public:
  explicit AddsExtraScores(std::int64_t keys) : keys_(keys) {}
  void edit(std::int64_t image, std::int64_t begin, std::int64_t end, float* scores,
            std::int64_t stride) const override {
    for (auto i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < keys_; ++j) {
        scores[(i - begin) * stride + j] += static_cast<float>(extra_score(image, i, j));
      }
    }
  }

 private:
  std::int64_t keys_;
};

// Keys as queries, values before both, and scores that are changed before the softmax. Asked for in int8 the
// result is that of bfloat16 at the most.
TEST_P(Attention, PartsLieAnywhereAndScoresCanBeChanged) {
  const auto& s = case_.s;
  const auto width = s.width, stride = 3 * width;
  Case turned(case_.s);  // what its naive twin reads as queries, keys, values
  for (std::int64_t row = 0; row < s.batch * s.tokens; ++row) {
    const float* from = case_.qkv.data() + row * stride;  // values, something else, keys
    float* to = turned.qkv.data() + row * stride;
    std::copy_n(from + 2 * width, width, to);
    std::copy_n(from + 2 * width, width, to + width);
    std::copy_n(from, width, to + 2 * width);
  }
  const float *values = case_.qkv.data(), *keys = values + 2 * width;
  const AttentionParts parts = {
      keys,    keys,     values,  stride, stride, case_.more.empty() ? nullptr : case_.more.data(),
      s.batch, s.tokens, s.extra, width,  s.heads};
  const AddsExtraScores edit(s.tokens + s.extra);
  for (const auto& [precision, tolerance] : {std::pair(Precision::kFp32, 1e-5), {Precision::kInt8, 0.05}}) {
    std::vector<float> out(static_cast<std::size_t>(s.batch * s.tokens * width), NAN);
    attention(parts, out.data(), precision, &edit);
    std::size_t at = 0;
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t i = 0; i < s.tokens; ++i) {
        for (std::int64_t d = 0; d < width; ++d, ++at) {
          const auto expected =
              turned.naive(b, i, d, [b = b, i = i](std::int64_t j) { return extra_score(b, i, j); });
          ASSERT_NEAR(out[at], expected, tolerance) << "at " << b << ", " << i << ", " << d;
        }
      }
    }
  }
}

// One key weighs 1000 times what each of 1200 others does, which is a quarter of a step; half of those, of
// other value, weigh a third of that.
TEST(AttentionInInt8, WeightsBelowHalfAStepCountTogether) {
  Case many({1, 1201, 0, 4, 1});
  std::fill(many.qkv.begin(), many.qkv.end(), 0.0f);
  for (std::int64_t j = 0; j < 1201; ++j) {
    many.qkv[static_cast<std::size_t>(j * 12)] = 2.0f;  // a score is number 0 of the key
    const bool light = j % 2 == 0;
    many.at(0, j, 0, 0) = j == 0 ? 0.0f : light ? -8.0f : -6.9f;
    many.at(0, j, 1, 0) = j == 0 ? 0.0f : light ? -1.0f : 1.0f;
  }
  std::vector<float> out(1201 * 4);
  attention_int8(parts_of(many.input()), out.data());
  const double expected = many.naive(0, 0, 0);
  EXPECT_GT(expected, 0.15);  // 0 if they were left out
  EXPECT_NEAR(out[0], expected, int8_attention_pays() ? 0.02 : 0.04);
}

INSTANTIATE_TEST_SUITE_P(Odd, Attention,
                         testing::Values(AttentionSizes{1, 1, 0, 4, 1}, AttentionSizes{2, 5, 3, 12, 3},
                                         AttentionSizes{1, 129, 0, 16, 2}, AttentionSizes{2, 131, 20, 16, 4},
                                         AttentionSizes{3, 17, 1, 15, 5}, AttentionSizes{1, 300, 7, 64, 1}));

}  // namespace
}  // namespace relprompt::kernels
