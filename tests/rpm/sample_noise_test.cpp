// The noise of training: right distribution, and nothing but key and layer decides it.
#include "rpm/sample_noise.h"

#include <gtest/gtest.h>

namespace relprompt::rpm {
namespace {

TEST(SampleNoise, AnImagesNumbersDependOnItsKeyAndTheLayerAlone) {
  const auto options = torch::TensorOptions(torch::kFloat32);
  const auto both = SampleNoise({7, 8}).normal(3, 16, options);
  EXPECT_TRUE(torch::equal(SampleNoise({8}).normal(3, 16, options)[0], both[1]));
  EXPECT_FALSE(torch::equal(SampleNoise({8}).normal(4, 16, options)[0], both[1]));
  EXPECT_FALSE(torch::equal(both[0], both[1]));
  EXPECT_FALSE(SampleNoise().present());
}

TEST(SampleNoise, NormalNumbersHaveMeanZeroAndDeviationOne) {
  const auto numbers = SampleNoise({1, 2, 3, 4}).normal(0, 20000, torch::TensorOptions(torch::kFloat64));
  EXPECT_EQ(numbers.scalar_type(), torch::kFloat64);
  // Four standard errors of 80000 draws.
  EXPECT_NEAR(numbers.mean().item<double>(), 0, 4 / std::sqrt(80000.0));
  EXPECT_NEAR(numbers.std().item<double>(), 1, 4 / std::sqrt(2 * 80000.0));
}

TEST(SampleNoise, DropoutZeroesItsShareAndScalesTheRest) {
  const auto factor = SampleNoise({5, 6}).dropout(1, torch::zeros({2, 100, 300}), 0.25);
  const auto zeros = (factor == 0).sum().item<double>();
  EXPECT_NEAR(zeros / 60000, 0.25, 4 * std::sqrt(0.25 * 0.75 / 60000));
  EXPECT_TRUE(torch::allclose(factor.max(), torch::tensor(4.0f / 3)));
  EXPECT_EQ((factor != 0).sum().item<double>() + zeros, 60000);
}

}  // namespace
}  // namespace relprompt::rpm
