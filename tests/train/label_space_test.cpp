// Which labels training may know, and what pseudo labels replace.
#include "train/label_space.h"

#include <gtest/gtest.h>

#include "data/dataset.h"
#include "test_support.h"
#include "train/pseudo_labels.h"

namespace relprompt::train {
namespace {

using eval::Setting;

ClassList four_classes() {
  return {{{"a"}, {"b"}, {"c"}, {"d"}}, {true, false, true, false}};
}

std::vector<std::int64_t> numbers(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel()};
}

const torch::Tensor kLabels = torch::tensor({0, 1, 2, 3, static_cast<int>(data::kIgnore)}, torch::kInt64);
const torch::Tensor kLabelsAndBackground =
    torch::cat({kLabels, torch::full({1}, static_cast<int>(data::kBackground), torch::kInt64)});

TEST(LabelSpace, SupervisedTrainingKnowsEverything) {
  const LabelSpace space(four_classes(), Setting::kSupervised, false);
  EXPECT_EQ(space.classes(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_TRUE(space.unseen_rows().empty());
  EXPECT_EQ(numbers(space.targets(kLabels)), (std::vector<std::int64_t>{0, 1, 2, 3, kIgnored}));
}

TEST(LabelSpace, ZeroShotTrainingHidesUnseenClasses) {
  const LabelSpace seen(four_classes(), Setting::kInductive, false);
  EXPECT_EQ(seen.classes(), (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(numbers(seen.targets(kLabels)), (std::vector<std::int64_t>{0, kHidden, 1, kHidden, kIgnored}));
  const LabelSpace all(four_classes(), Setting::kTransductive, true);
  EXPECT_EQ(all.classes(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(all.unseen_rows(), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(numbers(all.targets(kLabels)), (std::vector<std::int64_t>{0, kHidden, 2, kHidden, kIgnored}));
}

TEST(LabelSpace, ZeroShotNeedsASplit) {
  ClassList none = four_classes();
  none.seen.clear();
  EXPECT_ERROR(LabelSpace(none, Setting::kInductive, false), ErrorCode::kBadArgument, "no such split");
  none.seen = {true, true, true, true};
  EXPECT_ERROR(LabelSpace(none, Setting::kTransductive, true), ErrorCode::kBadArgument, "data.unseen");
}

class PseudoLabels : public testing::Test {
 protected:
  /// Row 3 is the better unseen class for the first two pixels, row 1 for the others; row 0, seen, beats
  /// both. The last two pixels are an ignored one and one of the background.
  PseudoLabels() : space(four_classes(), Setting::kTransductive, true) {
    logits = torch::zeros({1, 4, 1, 6});
    logits.select(1, 0).fill_(9);
    logits.select(1, 3).narrow(2, 0, 2).fill_(2);
    logits.select(1, 1).narrow(2, 2, 4).fill_(1);
    targets = space.targets(kLabelsAndBackground).reshape({1, 1, 6});
  }
  std::vector<std::int64_t> with(Setting setting, double threshold,
                                 loss::LossKind loss = loss::LossKind::kSigmoid) const {
    return numbers(with_pseudo_labels(logits, targets, space, setting, threshold, loss));
  }
  LabelSpace space;
  torch::Tensor logits, targets;
};

TEST_F(PseudoLabels, GoToHiddenClassesAndTheBackgroundButNotToIgnoredPixels) {
  EXPECT_EQ(with(Setting::kTransductive, 0), (std::vector<std::int64_t>{0, 3, 2, 1, kIgnored, 1}));
}

TEST_F(PseudoLabels, OfTheDaggerVariantGoToHiddenClassesOnly) {
  EXPECT_EQ(with(Setting::kTransductiveKnown, 0),
            (std::vector<std::int64_t>{0, 3, 2, 1, kIgnored, kIgnored}));
}

TEST_F(PseudoLabels, AreProbableInTheSenseOfTheLoss) {
  // softmax: the seen row's 9 leaves e^-7 to the 2 and e^-8 to the 1.
  EXPECT_EQ(with(Setting::kTransductive, 0.0005, loss::LossKind::kSoftmax),
            (std::vector<std::int64_t>{0, 3, 2, kIgnored, kIgnored, kIgnored}));
  EXPECT_EQ(with(Setting::kTransductive, 0.01, loss::LossKind::kSoftmax),
            (std::vector<std::int64_t>{0, kIgnored, 2, kIgnored, kIgnored, kIgnored}));
}

TEST_F(PseudoLabels, BelowTheThresholdAreNotUsed) {
  // sigmoid(2) = 0.88, sigmoid(1) = 0.73.
  EXPECT_EQ(with(Setting::kTransductive, 0.8),
            (std::vector<std::int64_t>{0, 3, 2, kIgnored, kIgnored, kIgnored}));
}

TEST_F(PseudoLabels, OtherProtocolsOnlyDropWhatIsHidden) {
  EXPECT_EQ(with(Setting::kInductive, 0),
            (std::vector<std::int64_t>{0, kIgnored, 2, kIgnored, kIgnored, kIgnored}));
}

}  // namespace
}  // namespace relprompt::train
