// Labels that no loss may be trained on, and counts of those that it may.
#include "loss/labels.h"

#include <gtest/gtest.h>

#include "loss/loss.h"
#include "pixels.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::loss {
namespace {

TEST(Labels, CountsPixelsOfEveryClassAndImage) {
  const auto labels = checked_labels(small_target(255), 4, 255);
  const std::vector<std::int64_t> counts = {6, 4, 0, 0, 0, 3, 4, 0};
  EXPECT_TRUE(torch::equal(pixels_of_classes(labels, 4), torch::tensor(counts, torch::kInt64).view({2, 4})));
}

TEST(Labels, A16BitIgnoreValueStandsBesideClass255) {
  auto target = small_target(65535);
  target[0][0][0] = 255;
  const auto counts = pixels_of_classes(checked_labels(target, 847, 65535), 847);
  EXPECT_EQ(counts[0][255].item<std::int64_t>(), 1);
  EXPECT_EQ(counts.sum().item<std::int64_t>(), 17);
  EXPECT_ERROR(checked_labels(target, 847, 255), ErrorCode::kBadArgument, "ignore value 255");
}

TEST(Labels, ALabelThatIsNoClassIsRefused) {
  for (const std::int64_t wrong : {3, -1, 65535}) {
    auto target = small_target(255);
    target[1][4][1] = wrong;
    EXPECT_ERROR(checked_labels(target, 3, 255), ErrorCode::kInternal, "label " + std::to_string(wrong));
  }
}

TEST(Labels, ShapesThatDoNotFitAreRefused) {
  const auto target = small_target(255);
  EXPECT_ERROR(check_logits(torch::zeros({2, 3, 5, 3}), target), ErrorCode::kInternal, "[2, 3, 5, 3]");
  EXPECT_ERROR(check_logits(torch::zeros({1, 3, 5, 2}), target), ErrorCode::kInternal, "[1, 3, 5, 2]");
  EXPECT_ERROR(check_logits(torch::zeros({2, 3, 5}), target), ErrorCode::kInternal, "expected [B, C, H, W]");
  EXPECT_ERROR(check_logits(torch::zeros({2, 3, 5, 2}, torch::kInt64), target), ErrorCode::kInternal, "real");
  EXPECT_ERROR(checked_labels(target.to(torch::kInt32), 3, 255), ErrorCode::kInternal, "int64");
}

TEST(Loss, TheOptionsChooseTheLossAndItsUnits) {
  const LogitsModule module;
  const auto logits = module.logits(), target = small_target(255);
  LossOptions options;
  const auto sigmoid = compute_loss(logits, target, 255, options);
  ASSERT_EQ(sigmoid.parts.size(), 2u);
  EXPECT_EQ(sigmoid.parts[0].first, "focal");
  EXPECT_EQ(sigmoid.parts[1].first, "dice");
  EXPECT_TRUE(test::close(sigmoid.total, sigmoid.parts[0].second + sigmoid.parts[1].second, 1e-12));
  EXPECT_EQ(loss_units(target, 3, 255, options), 4);  // classes 0 and 1, then 1 and 2

  options.kind = LossKind::kSoftmax;
  const auto softmax = compute_loss(logits, target, 255, options);
  ASSERT_EQ(softmax.parts.size(), 1u);
  EXPECT_EQ(softmax.parts[0].first, "cross_entropy");
  EXPECT_TRUE(test::close(softmax.total, softmax.parts[0].second, 0));
  EXPECT_FALSE(softmax.parts[0].second.requires_grad());
  EXPECT_EQ(loss_units(target, 3, 255, options), 17);
}

TEST(Loss, MicroBatchesWithTheWholeBatchsUnitsAddUp) {
  const LogitsModule module;
  const auto logits = module.logits().detach(), target = small_target(255);
  for (const auto kind : {LossKind::kSigmoid, LossKind::kSoftmax}) {
    LossOptions options;
    options.kind = kind;
    double units = 0;
    for (int i = 0; i < 2; ++i) units += loss_units(target.narrow(0, i, 1), 3, 255, options);
    auto sum = torch::zeros({}, torch::kFloat64);
    for (int i = 0; i < 2; ++i) {
      sum += compute_loss(logits.narrow(0, i, 1), target.narrow(0, i, 1), 255, options, units).total;
    }
    EXPECT_TRUE(test::close(sum, compute_loss(logits, target, 255, options).total, 1e-12));
  }
}

}  // namespace
}  // namespace relprompt::loss
