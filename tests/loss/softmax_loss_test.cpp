// Cross entropy beside a loop over pixels, its gradient, and the reference's number.
#include "loss/softmax_loss.h"

#include <cmath>

#include <gtest/gtest.h>

#include "gradient_check.h"
#include "pixels.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::loss {
namespace {

double naive(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore) {
  const auto z = logits.detach().contiguous();
  const auto values = z.accessor<double, 4>();
  const auto labels = target.accessor<std::int64_t, 3>();
  double sum = 0, pixels = 0;
  for (std::int64_t b = 0; b < z.size(0); ++b) {
    for (std::int64_t i = 0; i < z.size(2); ++i) {
      for (std::int64_t j = 0; j < z.size(3); ++j) {
        if (labels[b][i][j] == ignore) continue;
        double all = 0;
        for (std::int64_t c = 0; c < z.size(1); ++c) all += std::exp(values[b][c][i][j]);
        sum += std::log(all) - values[b][labels[b][i][j]][i][j];
        ++pixels;
      }
    }
  }
  return sum / pixels;
}

TEST(SoftmaxLoss, EqualsTheLoopOverPixels) {
  const LogitsModule module;
  for (const std::int64_t ignore : {255, 65535}) {
    const auto target = small_target(ignore);
    EXPECT_NEAR(softmax_loss(module.logits(), target, ignore).item<double>(),
                naive(module.logits(), target, ignore), 1e-12);
  }
}

TEST(SoftmaxLoss, Gradients) {
  LogitsModule module;
  const auto target = small_target(255);
  EXPECT_TRUE(test::gradients_match(module, [&] { return softmax_loss(module.logits(), target, 255); }));
}

TEST(SoftmaxLoss, ABatchWithoutLabelsIsZeroAndMovesNothing) {
  auto logits = torch::ones({1, 3, 2, 2}, torch::requires_grad());
  const auto loss = softmax_loss(logits, torch::full({1, 2, 2}, 255, torch::kInt64), 255);
  EXPECT_EQ(loss.item<double>(), 0);
  loss.backward();
  EXPECT_TRUE(test::close(logits.grad(), torch::zeros({1, 3, 2, 2}), 0));
}

TEST(SoftmaxLoss, Bfloat16LogitsAreSummedInFp32) {
  const auto half = LogitsModule().logits().detach().to(torch::kBFloat16);
  const auto target = small_target(255);
  const auto loss = softmax_loss(half, target, 255);
  EXPECT_EQ(loss.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(loss.item<double>(), naive(half.to(torch::kFloat64), target, 255), 1e-5);
}

TEST(SoftmaxLoss, EqualsTheReference) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::Golden golden(shared / "golden/tiny/expected.safetensors");
  const auto logits = 4 * test::uniform("logits", {2, 4, 64, 64});
  EXPECT_TRUE(test::close(softmax_loss(logits, golden["target"], 255), golden["softmax_loss"], 1e-5));
}

}  // namespace
}  // namespace relprompt::loss
