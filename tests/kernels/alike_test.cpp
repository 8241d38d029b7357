// Means of rows by their likeness beside their naive twins.
#include "kernels/alike.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "numbers.h"

namespace relprompt::kernels {
namespace {

struct AlikeSizes {
  std::int64_t rows, width, columns;
};

class Alike : public testing::TestWithParam<AlikeSizes> {
 protected:
  /// Rows that share a part, so that cosines lie on both sides of every bound.
  std::vector<float> unit_rows() const {
    const auto [rows, width, columns] = GetParam();
    auto all = random_values("features", rows * width);
    const auto common = random_values("common", width);
    for (std::int64_t i = 0; i < rows; ++i) {
      double square = 0;
      float* row = all.data() + i * width;
      for (std::int64_t c = 0; c < width; ++c) {
        row[c] += common[static_cast<std::size_t>(c)];
        square += static_cast<double>(row[c]) * row[c];
      }
      for (std::int64_t c = 0; c < width; ++c) row[c] = static_cast<float>(row[c] / std::sqrt(square));
    }
    return all;
  }

  double cosine(std::int64_t i, std::int64_t j) const {
    double dot = 0;
    for (std::int64_t c = 0; c < GetParam().width; ++c) {
      dot += static_cast<double>(features_[static_cast<std::size_t>(i * GetParam().width + c)]) *
             features_[static_cast<std::size_t>(j * GetParam().width + c)];
    }
    return dot;
  }

  /// Rows of x in these shares.
  std::vector<double> mixed(const std::vector<double>& weights, const std::vector<double>& totals) const {
    const auto [rows, width, columns] = GetParam();
    std::vector<double> result;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::int64_t j = 0; j < rows; ++j) {
          sum +=
              weights[static_cast<std::size_t>(i * rows + j)] * x_[static_cast<std::size_t>(j * columns + c)];
        }
        result.push_back(sum / totals[static_cast<std::size_t>(i)]);
      }
    }
    return result;
  }

  const std::vector<float> features_ = unit_rows();
  const std::vector<float> x_ = random_values("x", GetParam().rows* GetParam().columns, 3.0f);
  const UnitRows rows_ = {features_.data(), GetParam().rows, GetParam().width};
};

TEST_P(Alike, AverageEqualsTheNaiveTwin) {
  const auto n = GetParam().rows;
  std::vector<double> weights, totals;
  for (std::int64_t i = 0; i < n; ++i) {
    totals.push_back(1e-6);
    for (std::int64_t j = 0; j < n; ++j) {
      weights.push_back(cosine(i, j) < 0.4 ? 0 : cosine(i, j));
      totals.back() += weights.back();
    }
  }
  std::vector<float> y(x_.size(), NAN);
  average_alike(rows_, 0.4f, x_.data(), GetParam().columns, y.data());
  expect_close(y, mixed(weights, totals), 2e-6);
}

TEST_P(Alike, AttentionEqualsTheNaiveTwin) {
  const auto n = GetParam().rows;
  double mean = 0;
  for (std::int64_t i = 0; i < n * n; ++i) mean += cosine(i / n, i % n) / static_cast<double>(n * n);
  std::vector<double> weights, totals;
  for (std::int64_t i = 0; i < n; ++i) {
    totals.push_back(0);
    for (std::int64_t j = 0; j < n; ++j) {
      const double lift = 3 * (cosine(i, j) - mean);
      weights.push_back(i == j ? std::exp(std::max(lift, 0.0)) : lift < 0 ? 0 : std::exp(lift));
      totals.back() += weights.back();
    }
  }
  std::vector<float> y(x_.size(), NAN);
  attend_alike(rows_, 3, x_.data(), GetParam().columns, y.data());
  expect_close(y, mixed(weights, totals), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(Odd, Alike,
                         testing::Values(AlikeSizes{1, 1, 1}, AlikeSizes{2, 3, 5}, AlikeSizes{17, 12, 1},
                                         AlikeSizes{131, 33, 20}, AlikeSizes{300, 16, 64}));

// The mean of equal cosines is rounded, and may lie above all of them.
TEST(AlikeRows, EqualRowsStayEqual) {
  constexpr std::int64_t kRows = 37, kWidth = 3;
  std::vector<float> features, x(kRows, 2.0f), y(kRows, NAN);
  for (std::int64_t i = 0; i < kRows; ++i) features.insert(features.end(), {0.6f, -0.48f, 0.64f});
  average_alike({features.data(), kRows, kWidth}, 0.4f, x.data(), 1, y.data());
  for (const float value : y) EXPECT_NEAR(value, 2, 1e-5);
  attend_alike({features.data(), kRows, kWidth}, 3, x.data(), 1, y.data());
  for (const float value : y) EXPECT_NEAR(value, 2, 1e-5);
}

TEST(AlikeRows, ARowOfZerosTakesNothingFromOthers) {
  const std::vector<float> features = {0, 0, 1, 0, 0, 1}, x = {5, 6, 7};
  std::vector<float> y(3, NAN);
  average_alike({features.data(), 3, 2}, 0.4f, x.data(), 1, y.data());
  EXPECT_NEAR(y[0], 0, 1e-6);
  attend_alike({features.data(), 3, 2}, 3, x.data(), 1, y.data());
  EXPECT_NEAR(y[0], 5, 1e-5);
}

}  // namespace
}  // namespace relprompt::kernels
