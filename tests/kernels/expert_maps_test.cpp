// The mixture of experts beside its formula.
#include "kernels/expert_maps.h"

#include <cmath>

#include <gtest/gtest.h>

#include "numbers.h"

namespace relprompt::kernels {
namespace {

/// A map as a function of its cell; zero outside.
struct Map {
  std::int64_t height, width;
  std::vector<double> values;

  double at(std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && x >= 0 && y < height && x < width;
    return inside ? values[static_cast<std::size_t>(y * width + x)] : 0;
  }
};

/// Bilinear with half-pixel means; places beyond the border take the border's value.
Map resized(const Map& from, std::int64_t height, std::int64_t width) {
  const auto place = [](std::int64_t i, std::int64_t inputs, std::int64_t outputs) {
    const double scale = static_cast<double>(inputs) / static_cast<double>(outputs);
    return std::min(std::max((static_cast<double>(i) + 0.5) * scale - 0.5, 0.0),
                    static_cast<double>(inputs - 1));
  };
  Map to{height, width, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double v = place(y, from.height, height), u = place(x, from.width, width);
      const auto row = static_cast<std::int64_t>(v), column = static_cast<std::int64_t>(u);
      const double below = v - static_cast<double>(row), right = u - static_cast<double>(column);
      const auto next_row = std::min(row + 1, from.height - 1),
                 next_column = std::min(column + 1, from.width - 1);
      to.values.push_back(
          (1 - below) * ((1 - right) * from.at(row, column) + right * from.at(row, next_column)) +
          below * ((1 - right) * from.at(next_row, column) + right * from.at(next_row, next_column)));
    }
  }
  return to;
}

Map convolved(const Map& from, const float* weight, double bias) {
  Map to{from.height, from.width, {}};
  for (std::int64_t y = 0; y < from.height; ++y) {
    for (std::int64_t x = 0; x < from.width; ++x) {
      double sum = bias;
      for (std::int64_t tap = 0; tap < 9; ++tap)
        sum += weight[tap] * from.at(y + tap / 3 - 1, x + tap % 3 - 1);
      to.values.push_back(sum);
    }
  }
  return to;
}

struct Sizes {
  std::int64_t height, width, channels, experts;
};

class ExpertMaps : public testing::TestWithParam<Sizes> {};

TEST_P(ExpertMaps, EqualTheNaiveTwin) {
  const auto s = GetParam();
  const ExpertWeights weights = {s.channels, random_values("weight", s.experts * s.channels * 9),
                                 random_values("bias", s.experts * s.channels)};
  ASSERT_EQ(weights.experts(), s.experts);
  const auto x = random_values("x", s.height * s.width * s.channels);
  auto gate = random_values("gate", s.experts);
  if (s.experts > 2) gate[1] = 0;
  std::vector<double> expected(x.size());
  for (std::int64_t c = 0; c < s.channels; ++c) {
    Map map{s.height, s.width, {}};
    for (std::int64_t i = 0; i < s.height * s.width; ++i) {
      map.values.push_back(x[static_cast<std::size_t>(i * s.channels + c)]);
    }
    for (std::int64_t j = 0; j < s.experts; ++j) {
      const auto own = static_cast<std::size_t>(j * s.channels + c);
      const auto small =
          resized(map, std::max<std::int64_t>(1, s.height >> j), std::max<std::int64_t>(1, s.width >> j));
      const auto seen =
          resized(convolved(small, weights.weight.data() + 9 * own, weights.bias[own]), s.height, s.width);
      for (std::size_t i = 0; i < seen.values.size(); ++i) {
        expected[i * static_cast<std::size_t>(s.channels) + static_cast<std::size_t>(c)] +=
            gate[static_cast<std::size_t>(j)] * seen.values[i];
      }
    }
  }
  std::vector<float> mixed(x.size(), NAN);
  mix_experts(weights, x.data(), s.height, s.width, gate.data(), mixed.data());
  expect_close(mixed, expected, 2e-6);
}

INSTANTIATE_TEST_SUITE_P(Odd, ExpertMaps,
                         testing::Values(Sizes{1, 1, 1, 1}, Sizes{5, 7, 3, 4}, Sizes{32, 32, 3, 4},
                                         Sizes{1, 9, 2, 6}, Sizes{13, 4, 12, 3}));

TEST(ExpertMapsOf, AnExpertWithGateZeroIsNotComputed) {
  ExpertWeights weights = {1, random_values("weight", 18), {0.5f, NAN}};
  const float x[] = {1, 2, 3, 4}, gate[] = {1, 0};
  float mixed[4] = {};
  mix_experts(weights, x, 2, 2, gate, mixed);
  for (const float value : mixed) EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace relprompt::kernels
