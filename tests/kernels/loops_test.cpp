// The inner loops beside their naive twins: odd lengths, and every instruction set that can run here.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "kernels/instruction_sets.h"
#include "kernels/simd_kernels.h"
#include "numbers.h"
#include "test_support.h"

namespace relprompt::kernels {
namespace {

constexpr double kEpsilon = 1.2e-7;  // distance of 1 to the next float

const std::int64_t kLengths[] = {1, 2, 7, 15, 16, 17, 31, 33, 63, 65, 100, 129, 768};

class Loop : public testing::TestWithParam<InstructionSet> {
 protected:
  const SimdKernels& loop_ = simd_kernels_of(GetParam());
};

std::string name_of_set(const testing::TestParamInfo<InstructionSet>& chosen) {
  return std::to_string(static_cast<int>(chosen.param));
}

INSTANTIATE_TEST_SUITE_P(Sets, Loop, testing::ValuesIn(usable_instruction_sets()), name_of_set);

TEST_P(Loop, Softmax) {
  for (const auto n : kLengths) {
    auto values = random_values("scores", 3 * n, 40.0f);
    std::vector<double> expected;
    for (std::int64_t r = 0; r < 3; ++r) {
      const float* row = values.data() + r * n;
      const double max = *std::max_element(row, row + n);
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) sum += std::exp(row[i] - max);
      for (std::int64_t i = 0; i < n; ++i) expected.push_back(std::exp(row[i] - max) / sum);
    }
    loop_.softmax_rows(values.data(), 3, n);
    expect_close(values, expected, 8 * kEpsilon);
  }
}

TEST_P(Loop, SoftmaxGradient) {
  for (const auto n : kLengths) {
    auto p = random_values("p", 2 * n);
    auto gradient = random_values("gradient", 2 * n);
    std::vector<double> expected;
    for (std::int64_t r = 0; r < 2; ++r) {
      double mean = 0;
      for (std::int64_t i = r * n; i < r * n + n; ++i) {
        mean += static_cast<double>(p[static_cast<std::size_t>(i)]) * gradient[static_cast<std::size_t>(i)];
      }
      for (std::int64_t i = r * n; i < r * n + n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        expected.push_back(0.5 * p[at] * (gradient[at] - mean));
      }
    }
    loop_.softmax_rows_backward(p.data(), gradient.data(), 2, n, 0.5f);
    expect_close(gradient, expected, kEpsilon * static_cast<double>(n));
  }
}

double naive(double v, Activation activation) {
  if (activation == Activation::kQuickGelu) return v / (1 + std::exp(-1.702 * v));
  return activation == Activation::kGelu ? 0.5 * v * (1 + std::erf(v / std::sqrt(2.0))) : v;
}

TEST_P(Loop, Activations) {
  for (const auto n : kLengths) {
    for (const auto activation : {Activation::kNone, Activation::kQuickGelu, Activation::kGelu}) {
      auto x = random_values("x", n, 12.0f);
      std::vector<double> expected;
      for (const float v : x) expected.push_back(naive(v, activation));
      std::vector<float> y(x.size(), NAN);
      loop_.activate(x.data(), n, activation, y.data());
      expect_close(y, expected, 8 * kEpsilon);
      loop_.activate(x.data(), n, activation, x.data());
      EXPECT_EQ(x, y);
    }
  }
}

TEST_P(Loop, ActivationsOfHugeNumbers) {
  const std::vector<float> x = {-1e30f, -200.0f, 0.0f, 200.0f, 1e30f};
  for (const auto activation : {Activation::kQuickGelu, Activation::kGelu}) {
    std::vector<float> y(x.size(), NAN);
    loop_.activate(x.data(), 5, activation, y.data());
    EXPECT_EQ(y, (std::vector<float>{-0.0f, -0.0f, 0.0f, 200.0f, 1e30f}));
  }
}

TEST_P(Loop, LayerNorm) {
  for (const auto n : kLengths) {
    const auto x = random_values("x", 2 * n, 3.0f), weight = random_values("w", n),
               bias = random_values("b", n);
    std::vector<double> expected;
    for (std::int64_t r = 0; r < 2; ++r) {
      double mean = 0, square = 0;
      for (std::int64_t i = 0; i < n; ++i)
        mean += x[static_cast<std::size_t>(r * n + i)] / static_cast<double>(n);
      for (std::int64_t i = 0; i < n; ++i) {
        square += std::pow(x[static_cast<std::size_t>(r * n + i)] - mean, 2) / static_cast<double>(n);
      }
      for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        expected.push_back((x[static_cast<std::size_t>(r * n + i)] - mean) / std::sqrt(square + 1e-3) *
                               weight[at] +
                           bias[at]);
      }
    }
    std::vector<float> y(x.size(), NAN);
    loop_.layer_norm_rows(x.data(), 2, n, weight.data(), bias.data(), 1e-3f, y.data());
    // The mean of two near numbers loses digits that a small deviation then magnifies.
    expect_close(y, expected, 100 * kEpsilon);
  }
}

TEST_P(Loop, SquaredDistances) {
  constexpr std::int64_t kRows = 7;  // some four at a time, the rest one by one
  for (const auto n : kLengths) {
    const auto x = random_values("x", kRows * n, 5.0f), row = random_values("row", n, 5.0f);
    std::vector<double> expected;
    for (std::int64_t r = 0; r < kRows; ++r) {
      expected.push_back(0);
      for (std::int64_t i = 0; i < n; ++i) {
        const double difference = static_cast<double>(x[static_cast<std::size_t>(r * n + i)]) -
                                  static_cast<double>(row[static_cast<std::size_t>(i)]);
        expected.back() += difference * difference;
      }
    }
    std::vector<float> d(kRows, NAN);
    loop_.squared_distances(x.data(), kRows, n, row.data(), d.data());
    expect_close(d, expected, 8 * kEpsilon);
  }
}

TEST_P(Loop, Bfloat16RoundsToNearestEven) {
  // 1 + 2^-8 is a tie between 1 and 1 + 2^-7, 1 + 3 * 2^-8 one between 1 + 2^-7 and 1 + 2^-6.
  std::vector<float> x = {1.00390625f, 1.01171875f, -1.00390625f, 65792.0f, 0.0f, INFINITY, 1.005f};
  const std::vector<float> expected = {1.0f, 1.015625f, -1.0f, 65536.0f, 0.0f, INFINITY, 1.0078125f};
  std::vector<float> y(x.size()), again(x.size());
  std::vector<std::uint16_t> halves(x.size());
  const auto n = static_cast<std::int64_t>(x.size());
  loop_.round_bfloat16(x.data(), n, y.data());
  loop_.narrow_bfloat16(x.data(), n, halves.data());
  loop_.widen_bfloat16(halves.data(), n, again.data());
  EXPECT_EQ(y, again);
  EXPECT_EQ(y, expected);
}

TEST_P(Loop, Bfloat16OfOddLengths) {
  for (const auto n : kLengths) {
    const auto x = random_values("x", n);
    std::vector<float> y(x.size(), NAN);
    loop_.round_bfloat16(x.data(), n, y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(y[i], x[i], std::abs(x[i]) / 256);
      std::uint32_t bits = 0;
      std::memcpy(&bits, &y[i], 4);
      ASSERT_EQ(bits & 0xFFFFu, 0u);
    }
  }
}

TEST_P(Loop, Quantisation) {
  for (const auto n : kLengths) {
    auto x = random_values("x", 2 * n, 5.0f);
    x[static_cast<std::size_t>(n)] = -0.25f;  // the rows have scales of their own
    for (std::int64_t i = 1; i < n; ++i) x[static_cast<std::size_t>(n + i)] /= 50;
    std::vector<std::uint8_t> q(x.size());
    std::vector<std::int8_t> weights(x.size());
    std::vector<RowScale> scale(2);
    std::vector<float> weight_scale(2);
    loop_.quantise_rows(x.data(), 2, n, q.data(), scale.data());
    loop_.quantise_weights(x.data(), 2, n, 63, weights.data(), weight_scale.data());
    const auto [low, high] = std::minmax_element(x.begin() + n, x.end());
    EXPECT_FLOAT_EQ(scale[1].step, (std::max(*high, 0.0f) - *low) / 254);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto r = i / static_cast<std::size_t>(n);
      ASSERT_NEAR((q[i] - scale[r].zero) * scale[r].step, x[i], 0.501 * scale[r].step);
      ASSERT_LE(std::abs(weights[i]), 63);
      ASSERT_NEAR(weights[i] * weight_scale[r], x[i], 0.501 * weight_scale[r]);
    }
  }
}

TEST_P(Loop, ARowOfZerosStaysZero) {
  const std::vector<float> x(17, 0.0f);
  std::vector<std::uint8_t> q(17);
  RowScale scale = {NAN, 7};
  loop_.quantise_rows(x.data(), 1, 17, q.data(), &scale);
  EXPECT_EQ(scale.step, 0.0f);
  EXPECT_EQ(scale.zero, 0);
  EXPECT_EQ(q, std::vector<std::uint8_t>(17, 0));
}

TEST_P(Loop, StepsReachFromTheLeastToTheLargestNumberOrZero) {
  const struct {
    std::vector<float> x;
    int zero;
    std::vector<std::uint8_t> q;
  } rows[] = {
      {{0.0f, 1.0f, 127.0f, 254.0f}, 0, {0, 1, 127, 254}},  // no sign to keep
      {{-127.0f, 0.0f, 126.6f, 127.0f}, 127, {0, 127, 254, 254}},
      {{-254.0f, -1.0f, -100.0f, -2.0f}, 254, {0, 253, 154, 252}},
      {{100.0f, 254.0f, 254.0f, 254.0f}, 0, {100, 254, 254, 254}},  // 0 counts as one of the numbers
  };
  for (const auto& row : rows) {
    std::vector<std::uint8_t> q(row.x.size());
    RowScale scale;
    loop_.quantise_rows(row.x.data(), 1, static_cast<std::int64_t>(row.x.size()), q.data(), &scale);
    EXPECT_FLOAT_EQ(scale.step, 1.0f);
    EXPECT_EQ(scale.zero, row.zero);
    EXPECT_EQ(q, row.q);
  }
}

TEST_P(Loop, Dequantisation) {
  for (const auto n : kLengths) {
    for (const bool add : {false, true}) {
      for (const bool biased : {false, true}) {
        std::vector<std::int32_t> sums, offset;
        for (std::int64_t i = 0; i < 3 * n; ++i)
          sums.push_back(static_cast<std::int32_t>(i * 7919 % 20011 - 10000));
        for (std::int64_t i = 0; i < n; ++i) offset.push_back(static_cast<std::int32_t>(i * 31 % 101));
        const auto scale = random_values("columns", n), bias = random_values("b", n);
        const RowScale rows[] = {{0.5f, 0}, {-0.125f, 254}, {3.0f, 17}};
        const std::int64_t stride = n + 3;
        auto y = random_values("y", 3 * stride);
        std::vector<double> expected(y.begin(), y.end());
        for (std::int64_t r = 0; r < 3; ++r) {
          for (std::int64_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::size_t>(i);
            auto& to = expected[static_cast<std::size_t>(r * stride + i)];
            const double value = (sums[static_cast<std::size_t>(r * n + i)] - rows[r].zero * offset[at]) *
                                 static_cast<double>(rows[r].step) * scale[at];
            to = (add ? to : 0) + value + (biased ? bias[at] : 0);
          }
        }
        loop_.dequantise_rows(sums.data(), 3, n, rows,
                              {scale.data(), offset.data(), biased ? bias.data() : nullptr}, add, y.data(),
                              stride);
        expect_close(y, expected, 4 * kEpsilon);
      }
    }
  }
}

TEST(InstructionSets, AreChosenByName) {
  const auto usable = usable_instruction_sets();
  EXPECT_EQ(instruction_set_of(""), usable.back());
  EXPECT_EQ(instruction_set_of("portable"), InstructionSet::kPortable);
  EXPECT_ERROR(instruction_set_of("sse9"), ErrorCode::kBadArgument, "sse9");
}

}  // namespace
}  // namespace relprompt::kernels
