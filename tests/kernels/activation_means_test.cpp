// Means taken out before rounding, and the sums that they are made from.
#include <numeric>

#include <gtest/gtest.h>

#include "kernels/block.h"
#include "kernels/layer_norm.h"
#include "kernels/simd_kernels.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

constexpr std::int64_t kBatch = 2, kTokens = 67, kPrompts = 3, kWidth = 24, kMlp = 40;
constexpr std::int64_t kRows = kBatch * kTokens, kExtra = kBatch * kPrompts;

/// A block whose layers see rows far from 0: the norms' biases are as large as their weights.
struct Fixture {
  std::vector<float> norm_weight = random_values("norm weight", kWidth),
                     norm_bias = random_values("norm bias", kWidth, 3),
                     bias = random_values("bias", 3 * kMlp, 0.2f),
                     qkv = random_values("in", 3 * kWidth * kWidth, 0.4f),
                     proj = random_values("out", kWidth*kWidth, 0.4f),
                     fc1 = random_values("hidden", kMlp*kWidth, 0.4f),
                     fc2 = random_values("back", kMlp*kWidth, 0.4f);
  std::vector<float> x = random_values("x", kRows*kWidth), prompt = random_values("p", kExtra*kWidth);

  BlockWeights weights() const {
    BlockWeights w;
    w.width = kWidth;
    w.heads = 3;
    w.mlp_width = kMlp;
    w.ln_1 = w.ln_2 = {norm_weight.data(), norm_bias.data()};
    w.qkv = {qkv.data(), bias.data()};
    w.proj = {proj.data(), bias.data()};
    w.fc1 = {fc1.data(), bias.data()};
    w.fc2 = {fc2.data(), bias.data()};
    return w;
  }

  std::vector<float> run(const PackedBlock& block, ActivationStatistics* sums = nullptr) const {
    BlockWorkspace workspace;
    std::vector<float> y(x.size());
    block.run({x.data(), prompt.data(), kBatch, kTokens, kPrompts}, y.data(), workspace, sums);
    return y;
  }
};

std::vector<float> over(const std::vector<double>& sums, std::int64_t rows) {
  std::vector<float> means;
  for (const double sum : sums) means.push_back(static_cast<float>(sum / static_cast<double>(rows)));
  return means;
}

ActivationMeans means_of(const ActivationStatistics& sums) {
  return {over(sums.qkv, sums.qkv_rows), over(sums.proj, sums.rows), over(sums.fc1, sums.rows),
          over(sums.fc2, sums.rows)};
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

std::vector<double> column_sums(const std::vector<float>& x, std::int64_t width) {
  std::vector<double> sums(static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < x.size(); ++i) sums[i % sums.size()] += x[i];
  return sums;
}

void add_product(const std::vector<float>& w, const std::vector<double>& x, std::vector<double>& y) {
  for (std::size_t o = 0; o < y.size(); ++o) {
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += w[o * x.size() + i] * x[i];
  }
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 2e-3) << "at " << i;
}

TEST(Centres, LinearLayersTakeRowsLessTheCentre) {
  constexpr std::int64_t kIn = 31, kOut = 17;
  const auto x = random_values("rows", 5 * kIn), w = random_values("w", kOut * kIn),
             bias = random_values("b", kOut), mean = random_values("mean", kIn, 4);
  for (const bool biased : {false, true}) {
    const float* b = biased ? bias.data() : nullptr;
    ProductScratch scratch;
    std::vector<float> plain(5 * kOut), less_mean(5 * kOut);
    PackedLinear(w.data(), b, kIn, kOut, Precision::kFp32)
        .multiply({x.data(), nullptr}, 5, nullptr, false, plain.data(), scratch);
    auto rows = x;
    simd_kernels().subtract_row(x.data(), 5, kIn, mean.data(), rows.data());
    PackedLinear(w.data(), b, kIn, kOut, Precision::kFp32, mean.data())
        .multiply({rows.data(), nullptr}, 5, nullptr, false, less_mean.data(), scratch);
    expect_close(less_mean, {plain.begin(), plain.end()}, 1e-5);
  }
}

TEST(Centres, ChangeABlockByRoundingAloneAndInt8ForTheBetter) {
  const Fixture f;
  ActivationStatistics sums;
  const PackedBlock exact(f.weights(), Precision::kFp32);
  const auto y = f.run(exact, &sums);
  const auto means = means_of(sums);
  expect_close(f.run(PackedBlock(f.weights(), Precision::kFp32, means)), {y.begin(), y.end()}, 1e-5);
  const double plain = distance(f.run(PackedBlock(f.weights(), Precision::kInt8)), y),
               less_mean = distance(f.run(PackedBlock(f.weights(), Precision::kInt8, means)), y);
  EXPECT_GT(less_mean, 0);
  EXPECT_LT(less_mean, 0.7 * plain);
}

TEST(Centres, SumsAreThoseOfWhatEntersTheLayers) {
  const Fixture f;
  ActivationStatistics sums;
  const auto y = f.run(PackedBlock(f.weights(), Precision::kFp32), &sums);
  EXPECT_EQ(sums.rows, kRows);
  EXPECT_EQ(sums.qkv_rows, kRows + kExtra);
  // The norm of the tokens and of the prompts.
  auto rows = f.x;
  rows.insert(rows.end(), f.prompt.begin(), f.prompt.end());
  layer_norm(rows.data(), kRows + kExtra, kWidth, f.norm_weight.data(), f.norm_bias.data(), 1e-5f,
             rows.data());
  expect_near(sums.qkv, column_sums(rows, kWidth));
  // The two layers that write to the residual stream explain what the block adds to it.
  auto explained = column_sums(f.x, kWidth);
  add_product(f.proj, sums.proj, explained);
  add_product(f.fc2, sums.fc2, explained);
  for (std::size_t i = 0; i < explained.size(); ++i) explained[i] += 2.0 * kRows * f.bias[i];
  expect_near(column_sums(y, kWidth), explained);
}

TEST(Centres, HiddenLayersSeeTheSecondNorm) {
  Fixture f;
  std::fill(f.proj.begin(), f.proj.end(), 0.0f);
  std::fill(f.bias.begin(), f.bias.end(), 0.0f);  // the attention adds nothing, so both norms see x
  ActivationStatistics sums, twice;
  const PackedBlock block(f.weights(), Precision::kFp32);
  f.run(block, &sums);
  auto rows = f.x;
  layer_norm(rows.data(), kRows, kWidth, f.norm_weight.data(), f.norm_bias.data(), 1e-5f, rows.data());
  expect_near(sums.fc1, column_sums(rows, kWidth));
  // Sums go on from pass to pass.
  f.run(block, &twice);
  f.run(block, &twice);
  EXPECT_EQ(twice.rows, 2 * kRows);
  for (std::size_t i = 0; i < sums.fc2.size(); ++i) EXPECT_NEAR(twice.fc2[i], 2 * sums.fc2[i], 1e-6);
}

}  // namespace
}  // namespace relprompt::kernels
