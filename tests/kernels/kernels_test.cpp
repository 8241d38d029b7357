// Every kernel beside its naive twin, over odd sizes.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>
#include <omp.h>

#include "kernels/linear.h"
#include "kernels/softmax.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

float activated(double v, Activation activation) {
  return static_cast<float>(activation == Activation::kNone ? v : v / (1 + std::exp(-1.702 * v)));
}

/// Expects equality up to the rounding of a sum of `terms` products of numbers up to `size`.
void expect_near(const std::vector<float>& actual, const std::vector<float>& expected, double terms,
                 double size) {
  ASSERT_EQ(actual.size(), expected.size());
  const double bound = 2 * std::sqrt(terms) * 6e-8 * terms * size + 1e-6;
  for (std::size_t i = 0; i < actual.size(); ++i) ASSERT_NEAR(actual[i], expected[i], bound) << "at " << i;
}

std::vector<float> naive_linear(const std::vector<float>& x, const std::vector<float>& w, const float* bias,
                                std::int64_t rows, std::int64_t inputs, std::int64_t outputs,
                                Activation activation) {
  std::vector<float> y;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      double sum = bias != nullptr ? bias[o] : 0;
      for (std::int64_t i = 0; i < inputs; ++i) {
        sum += static_cast<double>(x[static_cast<std::size_t>(r * inputs + i)]) *
               w[static_cast<std::size_t>(o * inputs + i)];
      }
      y.push_back(activated(sum, activation));
    }
  }
  return y;
}

struct LinearSizes {
  std::int64_t rows, inputs, outputs;
};

class Linear : public testing::TestWithParam<LinearSizes> {};

TEST_P(Linear, EqualsTheNaiveTwin) {
  const auto [rows, inputs, outputs] = GetParam();
  const auto x = random_values("x", rows * inputs), w = random_values("w", outputs * inputs);
  const auto bias = random_values("bias", outputs);
  for (const auto activation : {Activation::kNone, Activation::kQuickGelu}) {
    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      std::vector<float> y(static_cast<std::size_t>(rows * outputs), NAN);
      linear(x.data(), rows, inputs, w.data(), b, outputs, y.data(), activation);
      expect_near(y, naive_linear(x, w, b, rows, inputs, outputs, activation), static_cast<double>(inputs),
                  1);
    }
  }
}

TEST_P(Linear, Bfloat16EqualsTheTwinOnRoundedInputs) {
  const auto [rows, inputs, outputs] = GetParam();
  auto x = random_values("x", rows * inputs), w = random_values("w", outputs * inputs);
  const auto bias = random_values("bias", outputs);
  // Cutting off the lower half of the bits gives numbers that both types hold exactly.
  const auto cut = [](std::vector<float>& values) {
    std::vector<std::uint16_t> halves;
    for (auto& value : values) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, 4);
      halves.push_back(static_cast<std::uint16_t>(bits >> 16));
      bits &= 0xFFFF0000u;
      std::memcpy(&value, &bits, 4);
    }
    return halves;
  };
  cut(x);
  const auto w16 = cut(w);
  std::vector<float> y(static_cast<std::size_t>(rows * outputs), NAN);
  linear_bf16(x.data(), rows, inputs, w16.data(), bias.data(), outputs, y.data(), Activation::kQuickGelu);
  expect_near(y, naive_linear(x, w, bias.data(), rows, inputs, outputs, Activation::kQuickGelu),
              static_cast<double>(inputs), 1);
}

INSTANTIATE_TEST_SUITE_P(Odd, Linear,
                         testing::Values(LinearSizes{1, 1, 1}, LinearSizes{2, 3, 5}, LinearSizes{17, 31, 33},
                                         LinearSizes{65, 64, 63}, LinearSizes{1, 129, 7},
                                         LinearSizes{100, 15, 1}, LinearSizes{33, 768, 19},
                                         LinearSizes{1537, 257, 256}));

/// Run for other processors too, some of which have a path of their own (cmake/ProcessorTests.cmake).
TEST(LinearRowByRow, DependsOnNothingElse) {
  constexpr std::int64_t kRows = 130, kInputs = 256, kOutputs = 64;
  const auto x = random_values("x", kRows * kInputs), weight = random_values("weight", kOutputs * kInputs),
             bias = random_values("bias", kOutputs);
  const auto product = [&](std::int64_t begin, std::int64_t count) {
    std::vector<float> y(static_cast<std::size_t>(count * kOutputs));
    linear_row_by_row(x.data() + begin * kInputs, count, kInputs, weight.data(), bias.data(), kOutputs,
                      y.data(), Activation::kQuickGelu);
    return y;
  };
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto all = product(0, kRows);
  std::vector<float> usual(all.size());
  linear(x.data(), kRows, kInputs, weight.data(), bias.data(), kOutputs, usual.data(),
         Activation::kQuickGelu);
  expect_close(all, {usual.begin(), usual.end()}, 1e-5);
  for (const int used : {1, 2, 3}) {
    omp_set_num_threads(used);
    EXPECT_EQ(product(0, kRows), all) << used << " threads";
    for (const std::int64_t begin : {0, 5, 47, 48, 100}) {
      for (const std::int64_t count : {1, 2, 7, 30}) {
        const std::vector<float> part(all.begin() + begin * kOutputs,
                                      all.begin() + (begin + count) * kOutputs);
        EXPECT_EQ(product(begin, count), part) << used << " threads, " << count << " rows from " << begin;
      }
    }
  }
  omp_set_num_threads(threads);
}

TEST(Softmax, EqualsTheNaiveTwinForEveryLength) {
  for (std::int64_t columns = 1; columns <= 70; ++columns) {
    auto values = random_values("values", 3 * columns, 40.0f);
    std::vector<float> expected;
    for (std::int64_t r = 0; r < 3; ++r) {
      const float* row = values.data() + r * columns;
      const double max = *std::max_element(row, row + columns);
      double sum = 0;
      for (std::int64_t i = 0; i < columns; ++i) sum += std::exp(row[i] - max);
      for (std::int64_t i = 0; i < columns; ++i)
        expected.push_back(static_cast<float>(std::exp(row[i] - max) / sum));
    }
    softmax_rows(values.data(), 3, columns);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(values[i], expected[i], 1e-6) << columns;
  }
}

TEST(Softmax, ExtremeScores) {
  std::vector<float> values = {-INFINITY, 0.0f, -1e30f, 88.0f};
  softmax_rows(values.data(), 1, 4);
  EXPECT_EQ(values, (std::vector<float>{0.0f, std::exp(-88.0f) < 1e-37f ? 0.0f : values[1], 0.0f, 1.0f}));
  EXPECT_LT(values[1], 1e-37f);
}

}  // namespace
}  // namespace relprompt::kernels
