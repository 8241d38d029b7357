// The inner loops of attention beside their naive twins: odd lengths, and every instruction set that can run
// here.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "kernels/attention_simd.h"
#include "kernels/instruction_sets.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

constexpr double kEpsilon = 1.2e-7;  // distance of 1 to the next float
constexpr std::int64_t kRows = 3;

const ScoreColumns kColumns[] = {{1, 1},   {1, 32},  {7, 9},     {16, 16},
                                 {17, 32}, {63, 64}, {129, 160}, {1045, 1056}};

class AttentionLoop : public testing::TestWithParam<InstructionSet> {
 protected:
  const AttentionSimd& loop_ = attention_simd_of(GetParam());
};

std::string name_of_set(const testing::TestParamInfo<InstructionSet>& chosen) {
  return std::to_string(static_cast<int>(chosen.param));
}

INSTANTIATE_TEST_SUITE_P(Sets, AttentionLoop, testing::ValuesIn(usable_instruction_sets()), name_of_set);

/// e^(v - largest of its row), and 0 after the scores.
std::vector<double> naive_exponentials(const std::vector<double>& values, ScoreColumns columns) {
  std::vector<double> results(values.size(), 0.0);
  for (std::int64_t r = 0; r < kRows; ++r) {
    const auto first = values.begin() + r * columns.stride;
    const double max = *std::max_element(first, first + columns.count);
    for (std::int64_t i = 0; i < columns.count; ++i) {
      results[static_cast<std::size_t>(r * columns.stride + i)] = std::exp(first[i] - max);
    }
  }
  return results;
}

double total_of(const std::vector<double>& values, ScoreColumns columns, std::int64_t row) {
  double total = 0;
  for (std::int64_t i = 0; i < columns.stride; ++i) {
    total += values[static_cast<std::size_t>(row * columns.stride + i)];
  }
  return total;
}

TEST_P(AttentionLoop, Exponentials) {
  for (const auto columns : kColumns) {
    auto values = random_values("scores", kRows * columns.stride, 40.0f);
    const auto expected = naive_exponentials({values.begin(), values.end()}, columns);
    std::vector<float> totals(kRows);
    loop_.exponential_rows(values.data(), kRows, columns, totals.data());
    expect_close(values, expected, 8 * kEpsilon);
    for (std::int64_t r = 0; r < kRows; ++r) {
      const double total = total_of(expected, columns, r);
      EXPECT_NEAR(totals[static_cast<std::size_t>(r)], total, 16 * kEpsilon * total);
    }
  }
}

TEST_P(AttentionLoop, ExponentialsInBfloat16) {
  for (const auto columns : kColumns) {
    const auto values = random_values("scores", kRows * columns.stride, 40.0f);
    const auto expected = naive_exponentials({values.begin(), values.end()}, columns);
    std::vector<std::uint16_t> halves(values.size(), 7);
    std::vector<float> totals(kRows);
    loop_.exponential_rows_bfloat16(values.data(), kRows, columns, halves.data(), totals.data());
    std::vector<double> actual;
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const std::uint32_t bits = static_cast<std::uint32_t>(halves[i]) << 16;
      float value = 0;
      std::memcpy(&value, &bits, sizeof(value));
      actual.push_back(value);
      // Half a step of 2^-7 at most, and what the coarse exponential adds.
      ASSERT_NEAR(value, expected[i], 0.52 * expected[i] / 128 + 1e-37) << "at " << i;
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      const double total = total_of(actual, columns, r);
      EXPECT_NEAR(totals[static_cast<std::size_t>(r)], total, 16 * kEpsilon * total);
    }
  }
}

TEST_P(AttentionLoop, ExponentialsInInt8) {
  const RowScale scales[kRows] = {{0.5f, 0}, {0.03125f, 117}, {0.0009765625f, 255}};
  for (const auto columns : kColumns) {
    const auto count = static_cast<std::size_t>(columns.count);
    std::vector<std::int32_t> sums;
    for (const float value : random_values("sums", kRows * columns.stride, 9000.0f)) {
      sums.push_back(static_cast<std::int32_t>(value));
    }
    auto scale = random_values("scale", columns.count, 0.02f);
    for (auto& value : scale) value = std::abs(value);
    const auto shift = random_values("shift", columns.count, 1.0f);
    std::vector<double> scores(sums.size(), 0.0);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto row = i / static_cast<std::size_t>(columns.stride),
                 column = i % static_cast<std::size_t>(columns.stride);
      if (column >= count) continue;
      scores[i] = (static_cast<double>(sums[i]) * scale[column] -
                   scales[row].zero * static_cast<double>(shift[column])) *
                  scales[row].step;
    }
    const auto expected = naive_exponentials(scores, columns);
    auto dither = random_values("dither", columns.count, 0.4999f);
    for (auto& value : dither) value += 0.5f;
    std::vector<std::uint8_t> weights(sums.size(), 7);
    std::vector<float> totals(kRows), work(count);
    loop_.exponential_rows_int8(sums.data(), kRows, columns, scales, scale.data(), shift.data(),
                                dither.data(), work.data(), weights.data(), totals.data());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto column = i % static_cast<std::size_t>(columns.stride);
      // Cutting off takes 0 to 1 away; the coarse exponential is a 13,000th off.
      const double uncut = column < count ? 254 * expected[i] + dither[column] : 0.5;
      ASSERT_NEAR(weights[i], uncut - 0.5, 0.52) << "at " << i;
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      const double total = 254 * total_of(expected, columns, r);
      EXPECT_NEAR(totals[static_cast<std::size_t>(r)], total, 1e-4 * total);
    }
  }
}

TEST_P(AttentionLoop, ColumnsLessTheirMeans) {
  for (const std::int64_t width : {1, 15, 64, 65}) {
    for (const std::int64_t rows : {1, 2, 31}) {
      auto x = random_values("x", rows * width, 3.0f);
      std::vector<double> mean(static_cast<std::size_t>(width), 0.0), expected;
      for (std::size_t i = 0; i < x.size(); ++i) {
        mean[i % mean.size()] += static_cast<double>(x[i]) / static_cast<double>(rows);
      }
      for (std::size_t i = 0; i < x.size(); ++i) expected.push_back(x[i] - mean[i % mean.size()]);
      std::vector<float> actual(mean.size());
      loop_.subtract_column_means(x.data(), rows, width, actual.data());
      expect_close(actual, mean, 40 * kEpsilon);
      expect_close(x, expected, 40 * kEpsilon);
    }
  }
}

TEST_P(AttentionLoop, ColumnsIn8Bits) {
  for (const std::int64_t width : {1, 15, 64, 65, 130}) {
    constexpr std::int64_t kTokens = 9;
    auto x = random_values("x", kTokens * width, 3.0f);
    for (std::int64_t r = 0; r < kTokens; ++r)
      x[static_cast<std::size_t>(r * width)] = 0.0f;  // one column of nothing
    std::vector<std::int8_t> q(x.size());
    std::vector<float> scale(static_cast<std::size_t>(width));
    loop_.quantise_columns(x.data(), kTokens, width, 63, q.data(), scale.data());
    for (std::int64_t i = 0; i < width; ++i) {
      float max = 0;
      for (std::int64_t r = 0; r < kTokens; ++r)
        max = std::max(max, std::abs(x[static_cast<std::size_t>(r * width + i)]));
      const float step = scale[static_cast<std::size_t>(i)];
      EXPECT_FLOAT_EQ(step, max / 63);
      for (std::int64_t r = 0; r < kTokens; ++r) {
        const auto at = static_cast<std::size_t>(r * width + i);
        ASSERT_NEAR(static_cast<float>(q[at]) * step, x[at], 0.5001f * step) << r << ", " << i;
      }
    }
  }
}

}  // namespace
}  // namespace relprompt::kernels
