// Attention, blocks and grid resizing beside their naive twins.
#include <cmath>

#include <gtest/gtest.h>

#include "gradient_check.h"
#include "nn/attention.h"
#include "nn/grid.h"
#include "nn/transformer_block.h"
#include "tensors.h"

namespace relprompt::nn {
namespace {

using test::close;
using test::uniform;

/// One query at a time, one head at a time, with nothing but dot products.
torch::Tensor naive_attention(const AttentionImpl& layer, const torch::Tensor& x, const torch::Tensor& extra,
                              std::int64_t heads, bool causal) {
  const auto width = x.size(2), size = width / heads;
  const auto all = extra.defined() ? torch::cat({x, extra}, 1) : x;
  const auto qkv = torch::matmul(all, layer.in_proj_weight.t()) + layer.in_proj_bias;
  auto out = torch::zeros_like(x);
  for (std::int64_t b = 0; b < x.size(0); ++b) {
    for (std::int64_t head = 0; head < heads; ++head) {
      for (std::int64_t i = 0; i < x.size(1); ++i) {
        const auto part = [&](std::int64_t token, std::int64_t which) {
          return qkv[b][token].narrow(0, which * width + head * size, size);
        };
        std::vector<double> weight;
        double total = 0;
        for (std::int64_t j = 0; j < (causal ? i + 1 : all.size(1)); ++j) {
          weight.push_back(std::exp(torch::dot(part(i, 0), part(j, 1)).item<double>() / std::sqrt(size)));
          total += weight.back();
        }
        for (std::size_t j = 0; j < weight.size(); ++j) {
          out[b][i].narrow(0, head * size, size) +=
              part(static_cast<std::int64_t>(j), 2) * (weight[j] / total);
        }
      }
    }
  }
  return torch::matmul(out, layer.out_proj->weight.t()) + layer.out_proj->bias;
}

struct Sizes {
  std::int64_t batch, tokens, extra, width, heads;
};

class AttentionSizes : public testing::TestWithParam<Sizes> {};

TEST_P(AttentionSizes, EqualsTheNaiveTwin) {
  const torch::NoGradGuard no_grad;
  const auto [batch, tokens, extra, width, heads] = GetParam();
  Attention layer(width, heads);
  test::fill_by_name(*layer, "attention.");
  const auto x = uniform("x", {batch, tokens, width});
  const auto more = extra > 0 ? uniform("extra", {batch, extra, width}) : torch::Tensor();
  EXPECT_TRUE(close(layer(x, more), naive_attention(*layer, x, more, heads, false), 1e-5));
}

INSTANTIATE_TEST_SUITE_P(Odd, AttentionSizes,
                         testing::Values(Sizes{1, 1, 0, 8, 1}, Sizes{2, 5, 0, 12, 3}, Sizes{1, 7, 3, 12, 2},
                                         Sizes{3, 2, 9, 15, 5}, Sizes{2, 17, 1, 6, 6}));

TEST_P(AttentionSizes, KernelEqualsTheGraphWithGradients) {
  const auto [batch, tokens, extra, width, heads] = GetParam();
  Attention layer(width, heads);
  test::fill_by_name(*layer, "attention.");
  const auto x = uniform("x", {batch, tokens, width});
  const auto more = extra > 0 ? uniform("extra", {batch, extra, width}) : torch::Tensor();
  const auto graph = layer(x, more);
  ASSERT_TRUE(graph.requires_grad());
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(close(layer(x, more), graph, 1e-5));
}

TEST(Attention, CausalMaskEqualsTheNaiveTwin) {
  const torch::NoGradGuard no_grad;
  Attention layer(12, 3);
  test::fill_by_name(*layer, "attention.");
  const auto x = uniform("x", {2, 6, 12});
  const auto mask = torch::full({6, 6}, -INFINITY).triu(1);
  EXPECT_TRUE(close(layer(x, torch::Tensor(), mask), naive_attention(*layer, x, {}, 3, true), 1e-5));
}

TEST(TransformerBlock, PromptsNeedOnlyKeysAndValues) {
  const torch::NoGradGuard no_grad;
  for (const auto activation : {Activation::kQuickGelu, Activation::kGelu}) {
    TransformerBlock block(16, 4, 64, activation);
    test::fill_by_name(*block, "block.");
    const auto x = uniform("x", {2, 9, 16}), prompt = uniform("prompt", {2, 4, 16});
    const auto whole = block(torch::cat({x, prompt}, 1)).narrow(1, 0, 9);
    EXPECT_TRUE(close(block(x, prompt), whole, 1e-5));
  }
}

TEST(TransformerBlock, QuickGeluAndGeluAreTheirFormulas) {
  const torch::NoGradGuard no_grad;
  const auto x = uniform("x", {1, 3, 8});
  TransformerBlock quick(8, 2, 32, Activation::kQuickGelu), exact(8, 2, 32, Activation::kGelu);
  test::fill_by_name(*quick, "block.");
  test::fill_by_name(*exact, "block.");
  const auto expected = [&](TransformerBlock& block, bool gelu) {
    auto p = block->named_parameters();
    const auto y = x + block->attn(block->ln_1(x));
    const auto hidden = at::linear(block->ln_2(y), p["mlp.c_fc.weight"], p["mlp.c_fc.bias"]);
    const auto active = gelu ? 0.5 * hidden * (1 + torch::erf(hidden / std::sqrt(2.0)))
                             : hidden / (1 + torch::exp(-1.702 * hidden));
    return y + at::linear(active, p["mlp.c_proj.weight"], p["mlp.c_proj.bias"]);
  };
  EXPECT_TRUE(close(quick(x), expected(quick, false), 1e-5));
  EXPECT_TRUE(close(exact(x), expected(exact, true), 1e-5));
}

TEST(TransformerBlock, DenseFormsLeaveTokensApart) {
  const torch::NoGradGuard no_grad;
  TransformerBlock block(8, 2, 32, Activation::kQuickGelu);
  test::fill_by_name(*block, "block.");
  const auto x = uniform("x", {1, 5, 8});
  for (const bool residual : {false, true}) {
    const auto together = block->forward_dense(x, residual);
    for (std::int64_t i = 0; i < 5; ++i) {
      EXPECT_TRUE(close(together.narrow(1, i, 1), block->forward_dense(x.narrow(1, i, 1), residual), 1e-6));
    }
    // With a single token attention has nothing to choose, so the full block gives the same.
    if (residual) {
      EXPECT_TRUE(close(together.narrow(1, 0, 1), block(x.narrow(1, 0, 1)), 1e-5));
    }
  }
}

TEST(TransformerBlock, Bfloat16StaysNearFp32AndKeepsTheStream) {
  const torch::NoGradGuard no_grad;
  TransformerBlock block(32, 4, 128, Activation::kQuickGelu);
  test::fill_by_name(*block, "block.");
  const auto x = uniform("x", {1, 20, 32});
  const auto exact = block(x);
  block->use_bfloat16();
  const auto rounded = block(x);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  // bfloat16 keeps 8 bits, 2^-8 relative a product; sums of independent errors stay below ten of them.
  EXPECT_TRUE(close(rounded, exact, 10.0 / 256 * exact.abs().max().item<double>()));
  EXPECT_FALSE(torch::equal(rounded, exact));
}

TEST(TransformerBlock, Gradients) {
  TransformerBlock block(8, 2, 16, Activation::kQuickGelu);
  test::fill_by_name(*block, "block.");
  block->to(torch::kFloat64);
  const auto x = uniform("x", {2, 4, 8}).to(torch::kFloat64),
             prompt = uniform("p", {2, 3, 8}).to(torch::kFloat64);
  EXPECT_TRUE(test::gradients_match(*block, [&] { return block(x, prompt).square().sum(); }));
}

/// Bilinear with half-pixel centres and clamped borders, one output at a time.
double naive_bilinear(const torch::Tensor& map, Grid to, std::int64_t y, std::int64_t x) {
  const auto axis = [](std::int64_t at, std::int64_t from, std::int64_t to_size) {
    const double source = std::max(0.0, (at + 0.5) * from / to_size - 0.5);
    const auto low = std::min(static_cast<std::int64_t>(source), from - 1);
    return std::tuple(low, std::min(low + 1, from - 1), std::min(source - low, 1.0));
  };
  const auto [y0, y1, fy] = axis(y, map.size(0), to.height);
  const auto [x0, x1, fx] = axis(x, map.size(1), to.width);
  const auto at = [&](std::int64_t r, std::int64_t c) { return map[r][c].item<double>(); };
  return (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x1)) +
         fy * ((1 - fx) * at(y1, x0) + fx * at(y1, x1));
}

TEST(Grid, ResizeEqualsTheNaiveTwin) {
  for (const auto& [from, to] : {std::pair<Grid, Grid>{{3, 4}, {7, 5}},
                                 {{5, 5}, {2, 9}},
                                 {{1, 1}, {3, 3}},
                                 {{4, 4}, {4, 4}},
                                 {{14, 14}, {32, 32}}}) {
    const auto rows = uniform("rows", {from.size(), 2});
    const auto resized = resize_rows(rows, from, to);
    for (std::int64_t i = 0; i < to.size(); ++i) {
      const auto map = rows.select(1, 1).reshape({from.height, from.width});
      ASSERT_NEAR(resized[i][1].item<double>(), naive_bilinear(map, to, i / to.width, i % to.width), 1e-5);
    }
  }
}

}  // namespace
}  // namespace relprompt::nn
