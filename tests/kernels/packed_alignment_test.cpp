// Tokens into the joint space: the fused form beside the formulas as they are written.
#include "kernels/packed_alignment.h"

#include <cmath>

#include <gtest/gtest.h>
#include <omp.h>

#include "kernels/align_simd.h"
#include "kernels/instruction_sets.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

using Numbers = std::vector<double>;

const std::int64_t kLengths[] = {1, 2, 7, 15, 16, 17, 31, 33, 65, 129, 768};

class AlignLoop : public testing::TestWithParam<InstructionSet> {
 protected:
  const AlignSimd& loop_ = align_simd_of(GetParam());
};

std::string name_of_set(const testing::TestParamInfo<InstructionSet>& chosen) {
  return std::to_string(static_cast<int>(chosen.param));
}

INSTANTIATE_TEST_SUITE_P(Sets, AlignLoop, testing::ValuesIn(usable_instruction_sets()), name_of_set);

TEST_P(AlignLoop, Spread) {
  for (const auto n : kLengths) {
    const auto x = random_values("x", 3 * n, 5.0f);
    Numbers expected;
    for (std::int64_t r = 0; r < 3; ++r) {
      const Numbers row(x.begin() + r * n, x.begin() + (r + 1) * n);
      double mean = 0, sum = 0;
      for (const double value : row) mean += value / static_cast<double>(n);
      for (const double value : row) sum += (value - mean) * (value - mean);
      expected.push_back(sum);
    }
    std::vector<float> spread(3, NAN);
    loop_.measure_spread(x.data(), 3, n, spread.data());
    expect_close(spread, expected, 1e-6);
  }
}

TEST_P(AlignLoop, ProductsWithFewColumns) {
  for (const auto n : kLengths) {
    for (const std::int64_t count : {1, 3, 4, 7, 8, 13}) {
      const auto x = random_values("x", 2 * n), columns = random_values("columns", count * n);
      Numbers expected;
      for (std::int64_t r = 0; r < 2; ++r) {
        for (std::int64_t j = 0; j < count; ++j) {
          double sum = 0;
          for (std::int64_t i = 0; i < n; ++i) {
            sum += static_cast<double>(x[static_cast<std::size_t>(r * n + i)]) *
                   columns[static_cast<std::size_t>(j * n + i)];
          }
          expected.push_back(sum);
        }
      }
      std::vector<float> products(expected.size(), NAN);
      loop_.multiply_columns(x.data(), 2, n, columns.data(), count, products.data());
      expect_close(products, expected, 1e-5);
    }
  }
}

TEST_P(AlignLoop, LengthOneAfterAddition) {
  for (const auto n : kLengths) {
    for (const std::int64_t terms : {1, 5}) {
      auto y = random_values("y", 3 * n);
      const auto factors = random_values("factors", 3 * terms), basis = random_values("basis", terms * n);
      const std::vector<float> least = {0.0f, 1e-3f, 1e6f};
      Numbers expected;
      for (std::int64_t r = 0; r < 3; ++r) {
        Numbers row(y.begin() + r * n, y.begin() + (r + 1) * n);
        double square = 0;
        for (std::int64_t i = 0; i < n; ++i) {
          auto& value = row[static_cast<std::size_t>(i)];
          for (std::int64_t k = 0; k < terms; ++k) {
            value += static_cast<double>(factors[static_cast<std::size_t>(r * terms + k)]) *
                     basis[static_cast<std::size_t>(k * n + i)];
          }
          square += value * value;
        }
        const double length = std::max<double>(std::sqrt(square), least[static_cast<std::size_t>(r)]);
        for (const double value : row) expected.push_back(value / length);
      }
      loop_.add_and_normalise(y.data(), 3, n, factors.data(), basis.data(), terms, least.data());
      expect_close(y, expected, 1e-5);
    }
  }
}

struct Sizes {
  std::int64_t batch, tokens, width, joint, rank;
};

struct Parameters {
  explicit Parameters(const Sizes& s)
      : norm_weight(random_values("norm.weight", s.width)),
        norm_bias(random_values("norm.bias", s.width)),
        post_weight(random_values("post.weight", s.width, 3.0f)),
        post_bias(random_values("post.bias", s.width)),
        projection(random_values("projection", s.joint * s.width)),
        down(random_values("down", s.rank * s.width)),
        down_bias(random_values("down.bias", s.rank)),
        up(random_values("up", s.width * s.rank)),
        up_bias(random_values("up.bias", s.width)) {}

  AlignmentWeights weights(const Sizes& s) const {
    return {s.width,
            s.joint,
            {norm_weight.data(), norm_bias.data(), 1e-6f},
            {post_weight.data(), post_bias.data(), 1e-5f},
            projection.data()};
  }
  BottleneckWeights bottleneck(const Sizes& s) const {
    return {s.rank, {down.data(), down_bias.data()}, {up.data(), up_bias.data()}};
  }

  std::vector<float> norm_weight, norm_bias, post_weight, post_bias, projection, down, down_bias, up, up_bias;
};

Numbers normed(Numbers row, const std::vector<float>& weight, const std::vector<float>& bias,
               double epsilon) {
  const auto n = static_cast<double>(row.size());
  double mean = 0, square = 0;
  for (const double value : row) mean += value / n;
  for (const double value : row) square += (value - mean) * (value - mean) / n;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = (row[i] - mean) / std::sqrt(square + epsilon) * weight[i] + bias[i];
  }
  return row;
}

Numbers times(const Numbers& row, const std::vector<float>& weight, const std::vector<float>& bias) {
  Numbers y;
  for (std::size_t o = 0; o < weight.size() / row.size(); ++o) {
    double sum = bias.empty() ? 0 : bias[o];
    for (std::size_t i = 0; i < row.size(); ++i) sum += row[i] * weight[o * row.size() + i];
    y.push_back(sum);
  }
  return y;
}

class Alignment : public testing::TestWithParam<Sizes> {};

TEST_P(Alignment, EqualsTheNaiveTwin) {
  const auto s = GetParam();
  const Parameters p(s);
  const PackedAlignment alignment(p.weights(s)), rounded(p.weights(s), Precision::kBf16);
  const auto bottleneck = alignment.pack(p.bottleneck(s));
  const auto rows = s.batch * s.tokens;
  const auto x = random_values("x", rows * s.width, 4.0f),
             mixed = random_values("mixed", (rows - s.batch) * s.rank, 2.0f);
  for (const bool changed : {false, true}) {
    Numbers expected, expected_reduced;
    std::size_t patch = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      auto n =
          normed({x.begin() + r * s.width, x.begin() + (r + 1) * s.width}, p.norm_weight, p.norm_bias, 1e-6);
      for (const double value : times(n, p.down, p.down_bias)) expected_reduced.push_back(value);
      if (changed && r % s.tokens > 0) {
        const auto* own = mixed.data() + patch++ * static_cast<std::size_t>(s.rank);
        const auto added = times({own, own + s.rank}, p.up, p.up_bias);
        for (std::size_t i = 0; i < n.size(); ++i) n[i] += added[i];
      }
      const auto v = times(normed(n, p.post_weight, p.post_bias, 1e-5), p.projection, {});
      double square = 0;
      for (const double value : v) square += value * value;
      for (const double value : v) expected.push_back(value / std::sqrt(square));
    }
    const auto check = [&](const PackedAlignment& from, int threads, double relative) {
      omp_set_num_threads(threads);
      AlignmentWorkspace workspace;
      std::vector<float> y(expected.size(), NAN), reduced(expected_reduced.size(), NAN);
      from.project(x.data(), rows, changed ? &bottleneck : nullptr, y.data(),
                   changed ? reduced.data() : nullptr, workspace);
      from.finish(s.batch, s.tokens, changed ? &bottleneck : nullptr, changed ? mixed.data() : nullptr,
                  y.data(), workspace);
      expect_close(y, expected, relative);
      if (changed) expect_close(reduced, expected_reduced, 1e-5);
    };
    check(alignment, 1, 1e-5);
    check(alignment, 3, 1e-5);
    check(rounded, 2, 2.0 / 256);  // both factors of the product have 8 bits on processors with bfloat16
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, Alignment,
                         testing::Values(Sizes{1, 1, 9, 3, 1}, Sizes{2, 7, 15, 8, 3}, Sizes{3, 4, 33, 17, 6},
                                         Sizes{1, 300, 64, 31, 3}, Sizes{2, 65, 129, 65, 12}));

}  // namespace
}  // namespace relprompt::kernels
