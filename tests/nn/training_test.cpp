// Layers of a training pass: gradients on the kernels beside LibTorch's own in double precision, what a
// frozen layer keeps, and recomputation.
#include <cmath>

#include <gtest/gtest.h>

#include "nn/activation_checkpointing.h"
#include "nn/attention.h"
#include "nn/attention_function.h"
#include "nn/linear.h"
#include "nn/linear_function.h"
#include "nn/transformer_block.h"
#include "tensors.h"

namespace relprompt::nn {
namespace {

using test::close;
using test::uniform;

torch::Tensor leaf(const std::string& name, const std::vector<std::int64_t>& shape, bool gradient = true) {
  return uniform(name, shape).set_requires_grad(gradient);
}

torch::Tensor in_double(const torch::Tensor& tensor) {
  return tensor.detach().to(torch::kFloat64).set_requires_grad(tensor.requires_grad());
}

/// fp32 sums of up to 3000 numbers of size 1: 6e-8 relative each, errors add up like a random walk.
double bound(const torch::Tensor& expected) {
  return 1e-5 * std::max(1.0, expected.abs().max().item<double>());
}

struct LinearCase {
  std::int64_t rows, inputs, outputs;
  bool weight_trained, bias_trained;
};

class LinearTraining : public testing::TestWithParam<LinearCase> {};

TEST_P(LinearTraining, GradientsEqualLibTorchInDoublePrecision) {
  const auto c = GetParam();
  for (const auto activation : {kernels::Activation::kNone, kernels::Activation::kQuickGelu}) {
    const auto x = leaf("x", {2, c.rows, c.inputs}), w = leaf("w", {c.outputs, c.inputs}, c.weight_trained),
               b = leaf("b", {c.outputs}, c.bias_trained), dy = uniform("dy", {2, c.rows, c.outputs});
    const auto x64 = in_double(x), w64 = in_double(w), b64 = in_double(b);
    auto expected = at::linear(x64, w64, b64);
    if (activation != kernels::Activation::kNone) expected = expected * torch::sigmoid(1.702 * expected);
    const auto y = kernel_linear(x, w, b, activation);
    EXPECT_TRUE(close(y, expected, bound(expected)));
    y.backward(dy);
    expected.backward(dy.to(torch::kFloat64));
    EXPECT_TRUE(close(x.grad(), x64.grad(), bound(x64.grad())));
    EXPECT_EQ(w.grad().defined(), c.weight_trained);
    EXPECT_EQ(b.grad().defined(), c.bias_trained);
    if (c.weight_trained) {
      EXPECT_TRUE(close(w.grad(), w64.grad(), bound(w64.grad())));
    }
    if (c.bias_trained) {
      EXPECT_TRUE(close(b.grad(), b64.grad(), bound(b64.grad())));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, LinearTraining,
                         testing::Values(LinearCase{1, 1, 1, true, true}, LinearCase{3, 5, 7, false, false},
                                         LinearCase{17, 31, 2, true, false},
                                         LinearCase{33, 8, 19, false, true},
                                         LinearCase{65, 3, 64, true, true}));

TEST(LinearTraining, GradientsPassThroughAnyMemoryLayout) {
  const auto x = leaf("x", {2, 5, 9}), h = leaf("h", {9, 4});
  const auto x64 = in_double(x), h64 = in_double(h);
  product(x.transpose(1, 2), torch::cat({h, h}, 0).narrow(0, 2, 5).t()).square().sum().backward();
  torch::matmul(x64.transpose(1, 2), torch::cat({h64, h64}, 0).narrow(0, 2, 5)).square().sum().backward();
  EXPECT_TRUE(close(x.grad(), x64.grad(), bound(x64.grad())));
  EXPECT_TRUE(close(h.grad(), h64.grad(), bound(h64.grad())));
}

/// Whether the layer's graph keeps its input alive.
bool keeps_input(const torch::Tensor& weight, const torch::Tensor& bias) {
  auto x = leaf("x", {4, 6}) + 1;  // a sum keeps nothing itself
  const auto y = kernel_linear(x, weight, bias);
  EXPECT_TRUE(y.requires_grad());
  const c10::weak_intrusive_ptr<at::TensorImpl> watched(x.getIntrusivePtr());
  x = torch::Tensor();
  return !watched.expired();
}

TEST(LinearTraining, AFrozenLayerKeepsNoInput) {
  EXPECT_FALSE(keeps_input(leaf("w", {5, 6}, false), leaf("b", {5}, false)));
  EXPECT_FALSE(keeps_input(leaf("w", {5, 6}, false), leaf("b", {5}, true)));
  EXPECT_TRUE(keeps_input(leaf("w", {5, 6}, true), leaf("b", {5}, false)));
}

TEST(LinearTraining, Bfloat16GradientsAreThoseOfTheRoundedProduct) {
  const auto x = leaf("x", {9, 21}), w = uniform("w", {13, 21}).to(torch::kBFloat16), b = uniform("b", {13}),
             dy = uniform("dy", {9, 13});
  const auto y = kernel_linear(x, w, b);
  EXPECT_EQ(y.scalar_type(), torch::kFloat32);
  y.backward(dy);
  const auto w64 = w.to(torch::kFloat64);
  const auto rounded = dy.to(torch::kBFloat16).to(torch::kFloat64);
  EXPECT_TRUE(close(x.grad(), torch::matmul(rounded, w64), 1e-5));
  // Against the unrounded gradient: 2^-9 relative a factor, 13 products of size 1.
  const auto exact = torch::matmul(dy.to(torch::kFloat64), w64);
  EXPECT_TRUE(close(x.grad(), exact, 13.0 / 512));
}

TEST(LayerNormTraining, FrozenScaleAndShiftAreNoPartOfTheGraph) {
  torch::nn::LayerNorm norm(torch::nn::LayerNormOptions({6}));
  for (auto& parameter : norm->parameters()) parameter.set_requires_grad(false);
  const auto y = norm(leaf("x", {3, 6}) * 2);
  const auto& edges = y.grad_fn()->next_edges();
  ASSERT_EQ(edges.size(), 3u);
  EXPECT_TRUE(edges[0].is_valid());
  EXPECT_FALSE(edges[1].is_valid());
  EXPECT_FALSE(edges[2].is_valid());
}

struct AttentionCase {
  std::int64_t batch, tokens, extra, width, heads;
};

class AttentionTraining : public testing::TestWithParam<AttentionCase> {};

/// The plain formula with LibTorch's operators.
torch::Tensor formula(const torch::Tensor& qkv, const torch::Tensor& extra, std::int64_t heads) {
  const auto size = qkv.size(2) / 3 / heads;
  const auto split = [&](const torch::Tensor& x) {
    return x.reshape({x.size(0), x.size(1), heads, size}).transpose(1, 2);
  };
  const auto own = qkv.chunk(3, -1);
  auto k = own[1], v = own[2];
  if (extra.defined()) {
    k = torch::cat({k, extra.chunk(2, -1)[0]}, 1);
    v = torch::cat({v, extra.chunk(2, -1)[1]}, 1);
  }
  const auto scores = torch::matmul(split(own[0]), split(k).transpose(-2, -1)) / std::sqrt(size);
  return torch::matmul(scores.softmax(-1), split(v)).transpose(1, 2).reshape(own[0].sizes());
}

TEST_P(AttentionTraining, GradientsEqualLibTorchInDoublePrecision) {
  const auto c = GetParam();
  const auto dy = uniform("dy", {c.batch, c.tokens, c.width});
  for (const auto& [own, other] : {std::pair{true, true}, {true, false}, {false, true}}) {
    if (c.extra == 0 && !own) continue;
    const auto qkv = leaf("qkv", {c.batch, c.tokens, 3 * c.width}, own);
    const auto extra = c.extra > 0 ? leaf("extra", {c.batch, c.extra, 2 * c.width}, other) : torch::Tensor();
    const auto qkv64 = in_double(qkv), extra64 = extra.defined() ? in_double(extra) : extra;
    const auto y = kernel_attention(qkv, extra, c.heads), expected = formula(qkv64, extra64, c.heads);
    EXPECT_TRUE(close(y, expected, 1e-5));
    y.backward(dy);
    expected.backward(dy.to(torch::kFloat64));
    ASSERT_EQ(qkv.grad().defined(), own);
    if (own) {
      EXPECT_TRUE(close(qkv.grad(), qkv64.grad(), bound(qkv64.grad())));
    }
    if (!extra.defined()) continue;
    ASSERT_EQ(extra.grad().defined(), other);
    if (other) {
      EXPECT_TRUE(close(extra.grad(), extra64.grad(), bound(extra64.grad())));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, AttentionTraining,
                         testing::Values(AttentionCase{1, 1, 0, 8, 1}, AttentionCase{2, 5, 3, 12, 3},
                                         AttentionCase{3, 2, 9, 15, 5}, AttentionCase{1, 133, 1, 6, 6}));

TEST(AttentionTraining, KeepsQueriesKeysAndValuesButNoScores) {
  const auto qkv = leaf("qkv", {1, 40, 24});
  const auto y = kernel_attention(qkv, {}, 2);
  // One node between the result and its argument: nothing else can keep anything.
  ASSERT_TRUE(y.grad_fn()->next_edge(0).is_valid());
  EXPECT_EQ(y.grad_fn()->next_edge(0).function->name(), "torch::autograd::AccumulateGrad");
}

/// A block with the named parameters trainable, all others frozen.
TransformerBlock block_with(Activation activation, const std::function<bool(const std::string&)>& trained) {
  TransformerBlock block(24, 3, 96, activation);
  test::fill_by_name(*block, "block.");
  for (auto& parameter : block->named_parameters()) {
    parameter.value().set_requires_grad(trained(parameter.key()));
  }
  return block;
}

/// Result, then gradients of x, prompt (undefined if none) and the block's parameters.
std::vector<torch::Tensor> pass(TransformerBlock& block, bool recomputed, bool with_x, std::int64_t prompts) {
  block->zero_grad();
  const auto x = leaf("x", {2, 11, 24}, with_x);
  const auto prompt = prompts > 0 ? leaf("prompt", {2, prompts, 24}) : torch::Tensor();
  const auto y = recomputed ? block->forward_checkpointed(x, prompt) : block(x, prompt);
  y.backward(uniform("dy", {2, 11, 24}));
  std::vector<torch::Tensor> all = {y, x.grad(), prompt.defined() ? prompt.grad() : prompt};
  for (const auto& parameter : block->parameters()) all.push_back(parameter.grad());
  return all;
}

TEST(ActivationCheckpointing, ABlockEqualsThePlainPassBitForBit) {
  const auto none = [](const std::string&) { return false; };
  const auto biases = [](const std::string& name) { return name.find("bias") != std::string::npos; };
  const auto all = [](const std::string&) { return true; };
  for (const auto activation : {Activation::kQuickGelu, Activation::kGelu}) {
    for (const auto& trained : std::vector<std::function<bool(const std::string&)>>{none, biases, all}) {
      for (const auto& [with_x, prompts] : {std::pair{true, 4}, {true, 0}, {false, 4}}) {
        auto block = block_with(activation, trained);
        const auto plain = pass(block, false, with_x, prompts), again = pass(block, true, with_x, prompts);
        ASSERT_EQ(plain.size(), again.size());
        for (std::size_t i = 0; i < plain.size(); ++i) {
          ASSERT_EQ(plain[i].defined(), again[i].defined()) << i;
          if (!plain[i].defined()) continue;
          EXPECT_TRUE(torch::equal(plain[i], again[i])) << i;
        }
      }
    }
  }
}

TEST(ActivationCheckpointing, ParametersAloneGetGradientsToo) {
  auto block = block_with(Activation::kQuickGelu, [](const std::string&) { return true; });
  const auto plain = pass(block, false, false, 0), again = pass(block, true, false, 0);
  for (std::size_t i = 3; i < plain.size(); ++i) EXPECT_TRUE(torch::equal(plain[i], again[i])) << i;
}

TEST(ActivationCheckpointing, Bfloat16EqualsThePlainPassBitForBit) {
  auto block = block_with(Activation::kQuickGelu, [](const std::string&) { return false; });
  block->use_bfloat16();
  const auto plain = pass(block, false, true, 4), again = pass(block, true, true, 4);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(plain[i], again[i])) << i;
}

TEST(ActivationCheckpointing, AWeightMadeByAGraphPassesItsGradientOn) {
  auto block = block_with(Activation::kQuickGelu, [](const std::string&) { return false; });
  const auto frozen = block->attn->in_proj_weight;
  const auto gradients = [&](bool recomputed) {
    const auto down = leaf("down", {2, 24}), up = leaf("up", {72, 2});
    block->attn->in_proj_weight = frozen + torch::matmul(up, down);
    const auto x = uniform("x", {2, 11, 24});
    const auto y = recomputed ? block->forward_checkpointed(x) : block(x);
    block->attn->in_proj_weight = frozen;
    y.square().sum().backward();
    return std::pair{down.grad(), up.grad()};
  };
  const auto plain = gradients(false), again = gradients(true);
  EXPECT_GT(plain.first.abs().max().item<double>(), 0);
  EXPECT_TRUE(torch::equal(plain.first, again.first));
  EXPECT_TRUE(torch::equal(plain.second, again.second));
  EXPECT_TRUE(block->attn->in_proj_weight.is_same(frozen));
}

TEST(ActivationCheckpointing, KeepsNothingBetweenAndRunsTwice) {
  int runs = 0;
  std::vector<c10::weak_intrusive_ptr<at::TensorImpl>> between;
  const auto part = [&](const torch::Tensor& x, const torch::Tensor&) {
    ++runs;
    const auto hidden = x.exp();  // keeps its result
    between.emplace_back(hidden.getIntrusivePtr());
    return hidden.sum();
  };
  const auto x = leaf("x", {3});
  const auto y = checkpointed(part, x, {}, {});
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(between[0].expired());
  y.backward();
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(close(x.grad(), x.exp(), 1e-6));
}

TEST(ActivationCheckpointing, NoGraphWhereNothingAsksForAGradient) {
  auto block = block_with(Activation::kQuickGelu, [](const std::string&) { return false; });
  const auto x = uniform("x", {1, 5, 24}), prompt = uniform("prompt", {1, 2, 24});
  const auto y = block->forward_checkpointed(x, prompt);
  EXPECT_FALSE(y.requires_grad());
  EXPECT_TRUE(torch::equal(y, block(x, prompt)));
}

}  // namespace
}  // namespace relprompt::nn
