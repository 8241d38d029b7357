// The losses of pretraining against the formulas written out, element by element.
#include "train/contrastive.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "gradient_check.h"
#include "tensors.h"

namespace relprompt::train {
namespace {

/// Mean over i of -log(exp(s_ii) / sum of exp(s_ij) over all j that count).
double naive_rows(const torch::Tensor& scores, const torch::Tensor& excluded) {
  const auto s = scores.to(torch::kFloat64);
  double sum = 0;
  for (int i = 0; i < s.size(0); ++i) {
    double all = 0;
    for (int j = 0; j < s.size(1); ++j) {
      if (!excluded[i][j].item<bool>()) all += std::exp(s[i][j].item<double>());
    }
    sum -= std::log(std::exp(s[i][i].item<double>()) / all);
  }
  return sum / static_cast<double>(s.size(0));
}

double naive(const torch::Tensor& scores, const torch::Tensor& excluded) {
  return (naive_rows(scores, excluded) + naive_rows(scores.t(), excluded.t())) / 2;
}

torch::Tensor no_pairs(std::int64_t size) {
  return torch::zeros({size, size}, torch::kBool);
}

torch::Tensor unit(const torch::Tensor& rows) {
  return rows / rows.norm(2, -1, true);
}

TEST(InfoNce, IsTheFormula) {
  const auto scores = test::uniform("scores", {7, 7}) * 5;
  EXPECT_NEAR(info_nce(scores, no_pairs(7)).item<double>(), naive(scores, no_pairs(7)), 1e-6);
  auto excluded = no_pairs(7);
  excluded[2][5] = true;
  excluded[5][0] = true;
  excluded[5][6] = true;
  EXPECT_NEAR(info_nce(scores, excluded).item<double>(), naive(scores, excluded), 1e-6);
  EXPECT_LT(info_nce(scores, excluded).item<double>(), info_nce(scores, no_pairs(7)).item<double>());
}

TEST(InfoNce, ExcludedPairsHaveNoSay) {
  auto excluded = no_pairs(4);
  excluded[0][3] = true;
  auto scores = (test::uniform("scores", {4, 4}) * 5).set_requires_grad(true);
  info_nce(scores, excluded).backward();
  EXPECT_EQ(scores.grad()[0][3].item<float>(), 0);
  EXPECT_NE(scores.grad()[3][0].item<float>(), 0);
  auto louder = scores.detach().clone();
  louder[0][3] = 1000;
  EXPECT_EQ(info_nce(louder, excluded).item<float>(), info_nce(scores, excluded).item<float>());
}

TEST(InfoNce, IsZeroWhenAllElseIsExcluded) {
  const auto excluded = torch::eye(3).logical_not();
  EXPECT_NEAR(info_nce(test::uniform("scores", {3, 3}), excluded).item<double>(), 0, 1e-6);
}

TEST(PatchScores, AreTheFormula) {
  const auto patches = unit(test::uniform("patches", {3, 5, 8})),
             texts = unit(test::uniform("texts", {4, 8}));
  const auto scores = patch_scores(patches, texts, 10);
  ASSERT_EQ(scores.sizes(), (std::vector<std::int64_t>{3, 4}));
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) {
      double weights = 0, sum = 0;
      for (int n = 0; n < 5; ++n) {
        const double cosine = patches[i][n].dot(texts[j]).item<double>();
        weights += std::exp(10 * cosine);
        sum += std::exp(10 * cosine) * cosine;
      }
      EXPECT_NEAR(scores[i][j].item<double>(), sum / weights, 1e-6) << i << " " << j;
    }
  }
  EXPECT_TRUE(test::close(patch_scores(patches, texts, 0), torch::matmul(patches.mean(1), texts.t()), 1e-6));
}

TEST(PatchScores, AndInfoNceHaveTheRightGradients) {
  torch::nn::Module inputs;
  const auto patches = inputs.register_parameter("p", test::uniform("p", {3, 4, 6}).to(torch::kFloat64));
  const auto texts = inputs.register_parameter("t", test::uniform("t", {3, 6}).to(torch::kFloat64));
  auto excluded = no_pairs(3);
  excluded[1][0] = true;
  EXPECT_TRUE(test::gradients_match(
      inputs, [&] { return info_nce(patch_scores(unit(patches), unit(texts), 10) * 14, excluded); }));
}

}  // namespace
}  // namespace relprompt::train
