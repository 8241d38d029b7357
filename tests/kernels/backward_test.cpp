// The gradients of every kernel beside their naive twins, over odd sizes.
#include <cstring>

#include <gtest/gtest.h>

#include "kernels/attention.h"
#include "kernels/linear.h"
#include "kernels/quick_gelu.h"
#include "kernels/softmax.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

// A sum of n products of numbers up to 1 has a rounding error of about 6e-8 sqrt(n) n at worst; the sums here
// have at most 770 terms and mostly cancel.
constexpr double kBound = 1e-5;

/// c[i, j] = sum over k of a(i, k) b(k, j).
template <typename A, typename B>
std::vector<double> naive_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, const A& a,
                                  const B& b) {
  std::vector<double> c;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < inner; ++k) sum += a(i, k) * b(k, j);
      c.push_back(sum);
    }
  }
  return c;
}

/// A row-major matrix as a function of row and column.
auto matrix(const std::vector<float>& values, std::int64_t columns) {
  return [&values, columns](std::int64_t row, std::int64_t column) {
    return static_cast<double>(values[static_cast<std::size_t>(row * columns + column)]);
  };
}

struct LinearSizes {
  std::int64_t rows, inputs, outputs;
};

class LinearBackward : public testing::TestWithParam<LinearSizes> {};

TEST_P(LinearBackward, EqualsTheNaiveTwin) {
  const auto [rows, inputs, outputs] = GetParam();
  const auto x = random_values("x", rows * inputs), w = random_values("w", outputs * inputs),
             dy = random_values("dy", rows * outputs);
  const auto dy_at = matrix(dy, outputs);
  std::vector<float> dx(x.size(), NAN), dw(w.size(), NAN);
  linear_backward_input(dy.data(), rows, outputs, w.data(), inputs, dx.data());
  linear_backward_weight(dy.data(), x.data(), rows, inputs, outputs, dw.data());
  expect_close(dx, naive_product(rows, inputs, outputs, dy_at, matrix(w, inputs)), kBound);
  const auto dy_transposed = [&](std::int64_t o, std::int64_t r) { return dy_at(r, o); };
  expect_close(dw, naive_product(outputs, inputs, rows, dy_transposed, matrix(x, inputs)), kBound);
}

TEST_P(LinearBackward, Bfloat16EqualsTheTwinOnRoundedNumbers) {
  const auto [rows, inputs, outputs] = GetParam();
  auto dy = random_values("dy", rows * outputs), w = random_values("w", outputs * inputs);
  // Cutting off the lower half of the bits gives numbers that both types hold exactly.
  const auto cut = [](std::vector<float>& values) {
    std::vector<std::uint16_t> halves;
    for (auto& value : values) {
      std::uint32_t all = 0;
      std::memcpy(&all, &value, 4);
      halves.push_back(static_cast<std::uint16_t>(all >> 16));
      all &= 0xFFFF0000u;
      std::memcpy(&value, &all, 4);
    }
    return halves;
  };
  cut(dy);
  const auto w16 = cut(w);
  std::vector<float> dx(static_cast<std::size_t>(rows * inputs), NAN);
  linear_backward_input_bf16(dy.data(), rows, outputs, w16.data(), inputs, dx.data());
  expect_close(dx, naive_product(rows, inputs, outputs, matrix(dy, outputs), matrix(w, inputs)), kBound);
}

INSTANTIATE_TEST_SUITE_P(Odd, LinearBackward,
                         testing::Values(LinearSizes{1, 1, 1}, LinearSizes{2, 3, 5}, LinearSizes{17, 31, 33},
                                         LinearSizes{65, 64, 63}, LinearSizes{1, 129, 7},
                                         LinearSizes{100, 15, 1}, LinearSizes{33, 19, 768},
                                         LinearSizes{770, 3, 5}));

TEST(LinearBackward, NoRowsGiveNoWeightGradient) {
  const std::vector<float> none(1);
  std::vector<float> dw(6, NAN);
  linear_backward_weight(none.data(), none.data(), 0, 2, 3, dw.data());
  EXPECT_EQ(dw, std::vector<float>(6, 0.0f));
}

double sigmoid(double z) {
  return 1 / (1 + std::exp(-z));
}

TEST(QuickGelu, EqualsItsFormulaForEveryLengthAndSize) {
  for (const std::int64_t count : {1, 2, 15, 16, 17, 33, 70000}) {
    for (const float scale : {1e-3f, 1.0f, 8.0f, 200.0f}) {
      const auto x = random_values("x", count, scale), dy = random_values("dy", count);
      std::vector<float> y(x.size(), NAN), dx(x.size(), NAN);
      quick_gelu(x.data(), count, y.data());
      quick_gelu_backward(x.data(), dy.data(), count, dx.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double v = x[i], s = sigmoid(1.702 * v);
        ASSERT_NEAR(y[i], v * s, 1e-6 * std::abs(v)) << v;
        ASSERT_NEAR(dx[i], dy[i] * (s + 1.702 * v * s * (1 - s)), 2e-6) << v;
      }
    }
  }
}

TEST(QuickGelu, HugeNumbersNeitherOverflowNorTurnIntoNan) {
  const std::vector<float> x = {-3e37f, 3e37f, 0.0f}, dy = {1, 1, 1};
  std::vector<float> y(3), dx(3);
  quick_gelu(x.data(), 3, y.data());
  quick_gelu_backward(x.data(), dy.data(), 3, dx.data());
  EXPECT_EQ(y, (std::vector<float>{-0.0f, 3e37f, 0.0f}));
  EXPECT_EQ(dx, (std::vector<float>{0.0f, 1.0f, 0.5f}));
}

TEST(SoftmaxBackward, EqualsTheJacobianForEveryLength) {
  for (std::int64_t columns = 1; columns <= 40; ++columns) {
    auto p = random_values("p", 2 * columns, 3.0f), gradient = random_values("g", 2 * columns);
    softmax_rows(p.data(), 2, columns);
    std::vector<double> expected;
    for (std::int64_t r = 0; r < 2; ++r) {
      for (std::int64_t i = 0; i < columns; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < columns; ++j) {
          const double p_i = matrix(p, columns)(r, i), p_j = matrix(p, columns)(r, j);
          sum += (i == j ? p_i - p_i * p_j : -p_i * p_j) * matrix(gradient, columns)(r, j);
        }
        expected.push_back(0.25 * sum);
      }
    }
    softmax_rows_backward(p.data(), gradient.data(), 2, columns, 0.25f);
    expect_close(gradient, expected, 1e-6);
  }
}

struct AttentionSizes {
  std::int64_t batch, tokens, extra, width, heads;
};

/// One query at a time in double precision: d v_j += p_j d_out; with a_j = d_out v_j, the score's gradient is
/// p_j (a_j - sum p a) / sqrt(d), which goes to q times k_j and to k_j times q.
struct NaiveBackward {
  /// Query (0), key (1) or value (2) of a token or extra token.
  template <typename Values>
  auto& at(std::int64_t b, std::int64_t j, std::int64_t which, std::int64_t e, Values& own,
           Values& other) const {
    return j < s.tokens ? own[static_cast<std::size_t>(((b * s.tokens + j) * 3 + which) * s.width + e)]
                        : other[static_cast<std::size_t>(
                              ((b * s.extra + j - s.tokens) * 2 + which - 1) * s.width + e)];
  }

  NaiveBackward(const AttentionSizes& sizes, const std::vector<float>& qkv, const std::vector<float>& extra,
                const std::vector<float>& d_out)
      : s(sizes), qkv_(qkv), extra_(extra), d_qkv(qkv.size()), d_extra(extra.size()) {
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t head = 0; head < s.heads; ++head) {
        for (std::int64_t i = 0; i < s.tokens; ++i) query(b, head, i, d_out);
      }
    }
  }

  void query(std::int64_t b, std::int64_t head, std::int64_t i, const std::vector<float>& d_out) {
    const std::int64_t size = s.width / s.heads, first = head * size;
    const double scale = 1 / std::sqrt(static_cast<double>(size));
    const auto* dy = d_out.data() + (b * s.tokens + i) * s.width;
    std::vector<double> p, a;
    double total = 0, mean = 0;
    for (std::int64_t j = 0; j < s.tokens + s.extra; ++j) {
      double dot = 0, along = 0;
      for (std::int64_t e = first; e < first + size; ++e) {
        dot += static_cast<double>(at(b, i, 0, e, qkv_, extra_)) * at(b, j, 1, e, qkv_, extra_);
        along += static_cast<double>(dy[e]) * at(b, j, 2, e, qkv_, extra_);
      }
      p.push_back(std::exp(dot * scale));
      a.push_back(along);
      total += p.back();
    }
    for (std::size_t j = 0; j < p.size(); ++j) mean += (p[j] /= total) * a[j];
    for (std::size_t j = 0; j < p.size(); ++j) {
      const auto column = static_cast<std::int64_t>(j);
      const double by_score = p[j] * (a[j] - mean) * scale;
      for (std::int64_t e = first; e < first + size; ++e) {
        at(b, column, 2, e, d_qkv, d_extra) += p[j] * dy[e];
        at(b, column, 1, e, d_qkv, d_extra) += by_score * at(b, i, 0, e, qkv_, extra_);
        at(b, i, 0, e, d_qkv, d_extra) += by_score * at(b, column, 1, e, qkv_, extra_);
      }
    }
  }

  AttentionSizes s;
  const std::vector<float>&qkv_, &extra_;
  std::vector<double> d_qkv, d_extra;
};

class AttentionBackward : public testing::TestWithParam<AttentionSizes> {};

TEST_P(AttentionBackward, EqualsTheNaiveTwin) {
  const auto s = GetParam();
  const auto qkv = random_values("qkv", s.batch * s.tokens * 3 * s.width, 2.0f),
             extra = random_values("extra", s.batch * s.extra * 2 * s.width, 2.0f),
             d_out = random_values("dy", s.batch * s.tokens * s.width);
  const AttentionInput input = {
      qkv.data(), s.extra > 0 ? extra.data() : nullptr, s.batch, s.tokens, s.extra, s.width, s.heads};
  const NaiveBackward expected(s, qkv, extra, d_out);
  std::vector<float> d_qkv(qkv.size(), NAN), d_extra(extra.size(), NAN);
  attention_backward(input, d_out.data(), d_qkv.data(), s.extra > 0 ? d_extra.data() : nullptr);
  expect_close(d_qkv, expected.d_qkv, kBound);
  expect_close(d_extra, expected.d_extra, kBound);
  // Each gradient alone is the same, bit for bit.
  std::vector<float> alone(qkv.size(), NAN), extra_alone(extra.size(), NAN);
  attention_backward(input, d_out.data(), alone.data(), nullptr);
  EXPECT_EQ(alone, d_qkv);
  if (s.extra == 0) return;
  attention_backward(input, d_out.data(), nullptr, extra_alone.data());
  EXPECT_EQ(extra_alone, d_extra);
}

INSTANTIATE_TEST_SUITE_P(Odd, AttentionBackward,
                         testing::Values(AttentionSizes{1, 1, 0, 4, 1}, AttentionSizes{2, 5, 3, 12, 3},
                                         AttentionSizes{1, 129, 0, 16, 2}, AttentionSizes{2, 131, 20, 16, 4},
                                         AttentionSizes{3, 17, 1, 15, 5}, AttentionSizes{1, 300, 7, 64, 1}));

}  // namespace
}  // namespace relprompt::kernels
