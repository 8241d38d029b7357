// Focal and dice loss beside a loop over pixels, their gradient beside differences, and at the edges.
#include "loss/sigmoid_loss.h"

#include <cmath>

#include <gtest/gtest.h>

#include "gradient_check.h"
#include "pixels.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::loss {
namespace {

using test::close;

constexpr std::int64_t kIgnore = 255;

struct Parts {
  double focal = 0, dice = 0;
};

/// The definition, pixel by pixel.
Parts naive(const torch::Tensor& logits, const torch::Tensor& target, const SigmoidLossOptions& options) {
  const auto z = logits.detach().to(torch::kFloat64).contiguous();
  const auto values = z.accessor<double, 4>();
  const auto labels = target.accessor<std::int64_t, 3>();
  Parts sum;
  double pairs = 0;
  for (std::int64_t b = 0; b < z.size(0); ++b) {
    for (std::int64_t c = 0; c < z.size(1); ++c) {
      double focal = 0, overlap = 0, predicted = 0, labelled = 0;
      for (std::int64_t i = 0; i < z.size(2); ++i) {
        for (std::int64_t j = 0; j < z.size(3); ++j) {
          const bool y = labels[b][i][j] == c;
          const double p = 1 / (1 + std::exp(-values[b][c][i][j])), hit = y ? p : 1 - p;
          focal +=
              (y ? options.alpha : 1 - options.alpha) * std::pow(1 - hit, options.gamma) * -std::log(hit);
          overlap += y ? p : 0;
          predicted += options.dice == Dice::kSquared ? p * p : p;
          labelled += y ? 1 : 0;
        }
      }
      sum.focal += focal / static_cast<double>(z.size(2) * z.size(3));
      if (labelled == 0) continue;
      ++pairs;
      sum.dice += 1 - (2 * overlap + 1) / (predicted + labelled + 1);
    }
  }
  pairs = std::max(pairs, 1.0);
  return {options.focal_weight * sum.focal / pairs, options.dice_weight * sum.dice / pairs};
}

std::vector<SigmoidLossOptions> several_options() {
  std::vector<SigmoidLossOptions> all;
  for (const auto dice : {Dice::kPlain, Dice::kSquared}) {
    for (const double gamma : {0.0, 1.5, 2.0}) all.push_back({3, 0.5, 0.4, gamma, dice});
    SigmoidLossOptions standard;
    standard.dice = dice;
    all.push_back(standard);
  }
  return all;
}

TEST(SigmoidLoss, EqualsTheLoopOverPixels) {
  const LogitsModule module;
  const auto target = small_target(kIgnore);
  for (const auto& options : several_options()) {
    const auto expected = naive(module.logits(), target, options);
    const auto loss = sigmoid_loss(module.logits(), target, kIgnore, options);
    EXPECT_NEAR(loss.focal.item<double>(), expected.focal, 1e-12 * expected.focal);
    EXPECT_NEAR(loss.dice.item<double>(), expected.dice, 1e-12);
    const auto single = sigmoid_loss(module.logits().to(torch::kFloat32), target, kIgnore, options);
    EXPECT_EQ(single.focal.scalar_type(), torch::kFloat32);
    EXPECT_NEAR(single.focal.item<double>(), expected.focal, 1e-5 * expected.focal);
    EXPECT_NEAR(single.dice.item<double>(), expected.dice, 1e-5);
  }
}

TEST(SigmoidLoss, GradientsOfEveryOptionAndLogit) {
  const auto target = small_target(kIgnore);
  for (const auto& options : several_options()) {
    LogitsModule module;
    EXPECT_TRUE(test::gradients_match(module,
                                      [&] {
                                        const auto loss =
                                            sigmoid_loss(module.logits(), target, kIgnore, options);
                                        return loss.focal + 2 * loss.dice;
                                      }))
        << options.gamma << " " << static_cast<int>(options.dice);
  }
}

TEST(SigmoidLoss, EitherPartAloneHasItsGradient) {
  const auto target = small_target(kIgnore);
  LogitsModule module;
  EXPECT_TRUE(
      test::gradients_match(module, [&] { return sigmoid_loss(module.logits(), target, kIgnore).focal; }));
  EXPECT_TRUE(
      test::gradients_match(module, [&] { return sigmoid_loss(module.logits(), target, kIgnore).dice; }));
}

TEST(SigmoidLoss, ClassesInSeveralChunksAreTheSame) {
  // 700x600 pixels: two classes a chunk, the last chunk has one.
  const auto logits = 4 * test::uniform("many", {1, 5, 700, 600});
  const auto target = ((test::uniform("labels", {1, 700, 600}) + 1) * 2.5).to(torch::kInt64).clamp(0, 4);
  auto z = logits.clone().set_requires_grad(true);
  const auto loss = sigmoid_loss(z, target, kIgnore);
  const auto expected = naive(logits, target, {});
  EXPECT_NEAR(loss.focal.item<double>(), expected.focal, 1e-5 * expected.focal);
  EXPECT_NEAR(loss.dice.item<double>(), expected.dice, 1e-5);
  (loss.focal + loss.dice).backward();

  // A class's focal gradient does not depend on the other classes, so one plane alone must give the same.
  const auto pairs = present_pairs(target, 5, kIgnore);
  EXPECT_EQ(pairs, 5);
  for (std::int64_t c = 0; c < 5; ++c) {
    auto plane = logits.narrow(1, c, 1).clone().set_requires_grad(true);
    const auto own = torch::where(target == c, torch::zeros_like(target), torch::full_like(target, kIgnore));
    const auto alone = sigmoid_loss(plane, own, kIgnore, {}, pairs);
    (alone.focal + alone.dice).backward();
    EXPECT_TRUE(close(z.grad().narrow(1, c, 1), plane.grad(), 1e-9)) << c;
  }
}

TEST(SigmoidLoss, IgnoredPixelsAreNegativesOfEveryClass) {
  const auto ignored = torch::full({1, 2, 2}, kIgnore, torch::kInt64);
  auto logits = torch::zeros({1, 3, 2, 2}, torch::requires_grad());
  const auto loss = sigmoid_loss(logits, ignored, kIgnore);
  // Nothing is present, so the sum is divided by one: 3 planes of 0.75 * 0.25 * log 2.
  EXPECT_NEAR(loss.focal.item<double>(), 100 * 3 * 0.75 * 0.25 * std::log(2.0), 1e-4);
  EXPECT_EQ(loss.dice.item<double>(), 0);
  loss.focal.backward();
  EXPECT_TRUE((logits.grad() > 0).all().item<bool>());
  EXPECT_EQ(present_pairs(ignored, 3, kIgnore), 0);
}

TEST(SigmoidLoss, VerySureLogitsStayFinite) {
  const auto target = small_target(kIgnore);
  for (const double size : {30.0, 200.0, 1e4}) {
    auto logits = (size * test::uniform("sure", {2, 3, 5, 2}).sign()).set_requires_grad(true);
    const auto loss = sigmoid_loss(logits, target, kIgnore);
    EXPECT_TRUE(std::isfinite(loss.focal.item<double>()));
    EXPECT_GT(loss.focal.item<double>(), size / 10);  // wrong pixels cost their logit
    (loss.focal + loss.dice).backward();
    EXPECT_TRUE(logits.grad().isfinite().all().item<bool>());
  }
}

TEST(SigmoidLoss, BadNumbersAreNotHidden) {
  auto logits = torch::zeros({2, 3, 5, 2});
  logits[1][2][3][0] = std::nan("");
  const auto loss = sigmoid_loss(logits, small_target(kIgnore), kIgnore);
  EXPECT_TRUE(std::isnan(loss.focal.item<double>()));
}

TEST(SigmoidLoss, Bfloat16LogitsAreSummedInFp32) {
  const auto target = small_target(kIgnore);
  auto half = LogitsModule().logits().detach().to(torch::kBFloat16).set_requires_grad(true);
  const auto loss = sigmoid_loss(half, target, kIgnore);
  const auto expected = naive(half, target, {});
  EXPECT_EQ(loss.dice.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(loss.focal.item<double>(), expected.focal, 1e-5 * expected.focal);
  EXPECT_NEAR(loss.dice.item<double>(), expected.dice, 1e-5);
  (loss.focal + loss.dice).backward();
  EXPECT_EQ(half.grad().scalar_type(), torch::kBFloat16);
}

TEST(SigmoidLoss, OptionsOutOfRangeAreNamed) {
  const auto with = [](auto set) {
    SigmoidLossOptions options;
    set(options);
    return options;
  };
  EXPECT_ERROR(check(with([](auto& o) { o.focal_weight = -1; })), ErrorCode::kBadArgument, "focal_weight");
  EXPECT_ERROR(check(with([](auto& o) { o.dice_weight = NAN; })), ErrorCode::kBadArgument, "dice_weight");
  EXPECT_ERROR(check(with([](auto& o) { o.alpha = 1.5; })), ErrorCode::kBadArgument, "alpha = 1.5");
  EXPECT_ERROR(check(with([](auto& o) { o.gamma = -0.5; })), ErrorCode::kBadArgument, "0 or more");
  EXPECT_NO_THROW(check(SigmoidLossOptions()));
}

}  // namespace
}  // namespace relprompt::loss
