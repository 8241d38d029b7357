// Packed layers and the fused transformer block beside naive twins, in every precision.
#include <cmath>

#include <gtest/gtest.h>
#include <omp.h>

#include "kernels/block.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

using Numbers = std::vector<double>;

constexpr Precision kAll[] = {Precision::kFp32, Precision::kBf16, Precision::kInt8};

/// Relative to the largest number of a row's sums: the rounding of fp32 sums, of factors with 8 bits, and of
/// factors with 255 (weights: 127 where the processor lacks VNNI) steps between -max and max.
double tolerance(Precision precision) {
  return precision == Precision::kFp32 ? 1e-5 : precision == Precision::kBf16 ? 2.0 / 256 : 2.0 / 63;
}

/// x [rows, inputs] times the transpose of w [outputs, inputs], plus b.
Numbers naive_linear(const Numbers& x, const std::vector<float>& w, const std::vector<float>& b,
                     std::int64_t inputs) {
  const auto outputs = static_cast<std::int64_t>(w.size()) / inputs;
  Numbers y;
  for (std::size_t r = 0; r < x.size(); r += static_cast<std::size_t>(inputs)) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      double sum = b.empty() ? 0 : b[static_cast<std::size_t>(o)];
      for (std::int64_t i = 0; i < inputs; ++i) {
        sum += x[r + static_cast<std::size_t>(i)] * w[static_cast<std::size_t>(o * inputs + i)];
      }
      y.push_back(sum);
    }
  }
  return y;
}

struct Sizes {
  std::int64_t rows, inputs, outputs;
};

class Packed : public testing::TestWithParam<Sizes> {};

TEST_P(Packed, EqualsTheNaiveTwin) {
  const auto [rows, inputs, outputs] = GetParam();
  const auto x = random_values("x", rows * inputs), w = random_values("w", outputs * inputs),
             bias = random_values("bias", outputs), start = random_values("start", rows * outputs);
  for (const auto precision : kAll) {
    for (const bool biased : {false, true}) {
      const PackedLinear layer(w.data(), biased ? bias.data() : nullptr, inputs, outputs, precision);
      Buffer<float> copy;
      float* widened = layer.widened_size() > 0 ? copy.reserve(layer.widened_size()) : nullptr;
      if (widened != nullptr) layer.widen(widened);
      auto expected = naive_linear({x.begin(), x.end()}, w, biased ? bias : std::vector<float>(), inputs);
      for (const bool add : {false, true}) {
        ProductScratch scratch;
        auto rows_in = x;
        auto y = start;
        layer.multiply(prepare_rows(rows_in.data(), rows, inputs, precision, scratch), rows, widened, add,
                       y.data(), scratch);
        for (std::size_t i = 0; add && i < expected.size(); ++i) expected[i] += start[i];
        // Errors of independent roundings grow with the root of their number.
        expect_close(y, expected, tolerance(precision) * std::sqrt(static_cast<double>(inputs)));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, Packed,
                         testing::Values(Sizes{1, 1, 1}, Sizes{2, 3, 5}, Sizes{7, 15, 16}, Sizes{15, 17, 33},
                                         Sizes{65, 64, 63}, Sizes{1, 129, 7}, Sizes{33, 48, 1},
                                         Sizes{17, 31, 1100}, Sizes{129, 192, 65}));

TEST(Packed, Int8IsExactForSmallIntegers) {
  // Rows and weights with a largest size of 63 have scales that lose nothing, whatever the processor.
  constexpr std::int64_t kRows = 9, kInputs = 70, kOutputs = 37;
  std::vector<float> x, w;
  for (std::int64_t i = 0; i < kRows * kInputs; ++i) x.push_back(static_cast<float>(i * 37 % 255 - 127));
  for (std::int64_t i = 0; i < kOutputs * kInputs; ++i) w.push_back(static_cast<float>(i * 53 % 127 - 63));
  for (std::int64_t r = 0; r < kRows; ++r) x[static_cast<std::size_t>(r * kInputs)] = 127;
  for (std::int64_t o = 0; o < kOutputs; ++o) w[static_cast<std::size_t>(o * kInputs)] = 127;
  const auto expected = naive_linear({x.begin(), x.end()}, w, {}, kInputs);
  const PackedLinear layer(w.data(), nullptr, kInputs, kOutputs, Precision::kInt8);
  ProductScratch scratch;
  std::vector<float> y(kRows * kOutputs);
  layer.multiply(prepare_rows(x.data(), kRows, kInputs, Precision::kInt8, scratch), kRows, nullptr, false,
                 y.data(), scratch);
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  // With VNNI equal up to the rounding of the two scales; with 63 steps a weight errs by at most one.
  expect_close(y, expected, 127.0 * kInputs / largest);
}

struct Weights {
  Weights(std::int64_t width, std::int64_t mlp)
      : ln_1(random_values("ln_1", width)),
        ln_2(random_values("ln_2", width)),
        bias(random_values("bias", 3 * std::max(width, mlp), 0.2f)),
        qkv(random_values("in", 3 * width * width, 0.4f)),
        proj(random_values("out", width * width, 0.4f)),
        fc1(random_values("hidden", mlp * width, 0.4f)),
        fc2(random_values("back", mlp * width, 0.4f)) {}
  std::vector<float> ln_1, ln_2, bias, qkv, proj, fc1, fc2;
};

Numbers naive_norm(const Numbers& x, const std::vector<float>& weight, const std::vector<float>& bias) {
  const auto n = weight.size();
  Numbers y;
  for (std::size_t r = 0; r < x.size(); r += n) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < n; ++i) mean += x[r + i] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) square += std::pow(x[r + i] - mean, 2) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      y.push_back((x[r + i] - mean) / std::sqrt(square + 1e-5) * weight[i] + bias[i]);
    }
  }
  return y;
}

struct BlockSizes {
  std::int64_t batch, tokens, prompts, width, heads, mlp;
};

/// qkv and prompts' qkv, [rows, 3 * width] each, to the mixed values.
Numbers naive_attention(const Numbers& qkv, const Numbers& more, const BlockSizes& s) {
  const auto size = s.width / s.heads;
  const auto at = [&](std::int64_t b, std::int64_t j, std::int64_t which, std::int64_t d) {
    const auto row = j < s.tokens ? b * s.tokens + j : b * s.prompts + j - s.tokens;
    return (j < s.tokens ? qkv : more)[static_cast<std::size_t>((row * 3 + which) * s.width + d)];
  };
  Numbers out;
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t i = 0; i < s.tokens; ++i) {
      for (std::int64_t d = 0; d < s.width; ++d) {
        const auto first = d / size * size;
        double total = 0, sum = 0;
        for (std::int64_t j = 0; j < s.tokens + s.prompts; ++j) {
          double dot = 0;
          for (auto e = first; e < first + size; ++e) dot += at(b, i, 0, e) * at(b, j, 1, e);
          const double weight = std::exp(dot / std::sqrt(static_cast<double>(size)));
          total += weight;
          sum += weight * at(b, j, 2, d);
        }
        out.push_back(sum / total);
      }
    }
  }
  return out;
}

Numbers naive_block(const Numbers& x, const Numbers& prompt, const Weights& w, const BlockSizes& s,
                    Activation activation) {
  const auto head = [&](std::int64_t n) { return std::vector<float>(w.bias.begin(), w.bias.begin() + n); };
  const auto mixed = naive_attention(
      naive_linear(naive_norm(x, w.ln_1, head(s.width)), w.qkv, head(3 * s.width), s.width),
      naive_linear(naive_norm(prompt, w.ln_1, head(s.width)), w.qkv, head(3 * s.width), s.width), s);
  auto y = naive_linear(mixed, w.proj, head(s.width), s.width);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[i];
  auto hidden = naive_linear(naive_norm(y, w.ln_2, head(s.width)), w.fc1, head(s.mlp), s.width);
  for (auto& v : hidden) {
    v = activation == Activation::kGelu ? 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)))
                                        : v / (1 + std::exp(-1.702 * v));
  }
  const auto back = naive_linear(hidden, w.fc2, head(s.width), s.mlp);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += back[i];
  return y;
}

class Block : public testing::TestWithParam<BlockSizes> {};

TEST_P(Block, EqualsTheNaiveTwinInEveryPrecision) {
  const auto s = GetParam();
  const Weights w(s.width, s.mlp);
  const auto x = random_values("x", s.batch * s.tokens * s.width),
             prompt = random_values("prompt", s.batch * s.prompts * s.width);
  for (const auto activation : {Activation::kQuickGelu, Activation::kGelu}) {
    const auto expected = naive_block({x.begin(), x.end()}, {prompt.begin(), prompt.end()}, w, s, activation);
    BlockWeights weights;
    weights.width = s.width;
    weights.heads = s.heads;
    weights.mlp_width = s.mlp;
    weights.activation = activation;
    weights.ln_1 = {w.ln_1.data(), w.bias.data()};
    weights.ln_2 = {w.ln_2.data(), w.bias.data()};
    weights.qkv = {w.qkv.data(), w.bias.data()};
    weights.proj = {w.proj.data(), w.bias.data()};
    weights.fc1 = {w.fc1.data(), w.bias.data()};
    weights.fc2 = {w.fc2.data(), w.bias.data()};
    for (const auto precision : kAll) {
      for (const int threads : {1, 3}) {
        omp_set_num_threads(threads);
        const PackedBlock block(weights, precision);
        BlockWorkspace workspace;
        std::vector<float> y(x.size(), NAN);
        block.run({x.data(), s.prompts > 0 ? prompt.data() : nullptr, s.batch, s.tokens, s.prompts}, y.data(),
                  workspace);
        // Errors of the two halves of the block add up: measured twice one product's.
        expect_close(y, expected, 2 * tolerance(precision));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, Block,
                         testing::Values(BlockSizes{1, 1, 0, 8, 1, 32}, BlockSizes{2, 7, 3, 12, 3, 40},
                                         BlockSizes{1, 33, 1, 16, 2, 64}, BlockSizes{3, 17, 5, 15, 5, 60},
                                         BlockSizes{1, 300, 7, 32, 2, 96}));

}  // namespace
}  // namespace relprompt::kernels
