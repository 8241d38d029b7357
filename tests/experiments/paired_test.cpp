// Paired differences and their intervals.
#include "experiments/paired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relprompt::experiments {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(PairedDifferences, AreThoseOfEqualClipAndSeed) {
  const RowScores a = {{{{0, 0}, 0.5}, {{0, 1}, 0.6}, {{1, 0}, 0.9}}, false};
  const RowScores b = {{{{0, 1}, 0.5}, {{1, 0}, 0.6}, {{1, 1}, 0.1}}, false};
  EXPECT_THAT(paired_differences(a, b), ElementsAre(DoubleNear(0.1, 1e-12), DoubleNear(0.3, 1e-12)));
  EXPECT_THAT(paired_differences(b, a), ElementsAre(DoubleNear(-0.1, 1e-12), DoubleNear(-0.3, 1e-12)));
  EXPECT_THAT(paired_differences(a, RowScores()), IsEmpty());
}

TEST(PairedDifferences, AnUntrainedRowStandsForEverySeedOfItsClip) {
  const RowScores trained = {{{{0, 0}, 0.5}, {{0, 1}, 0.6}, {{1, 0}, 0.9}}, false};
  const RowScores bare = {{{{0, 0}, 0.2}, {{1, 0}, 0.4}}, true};
  EXPECT_THAT(paired_differences(trained, bare),
              ElementsAre(DoubleNear(0.3, 1e-12), DoubleNear(0.4, 1e-12), DoubleNear(0.5, 1e-12)));
  EXPECT_THAT(paired_differences(bare, trained),
              ElementsAre(DoubleNear(-0.3, 1e-12), DoubleNear(-0.4, 1e-12), DoubleNear(-0.5, 1e-12)));
  EXPECT_THAT(paired_differences(bare, bare), ElementsAre(0.0, 0.0));
}

/// The quantiles of t are those of printed tables: 2.776 with 4 degrees of freedom, 12.706 with one.
TEST(MeanInterval, IsStudents) {
  const auto five = mean_interval({1, 2, 3, 4, 5}, 0.95);
  const double error = 1.5811388 / 2.2360680;  // sample deviation over the root of 5
  EXPECT_NEAR(five->low, 3 - 2.7764 * error, 1e-3);
  EXPECT_NEAR(five->high, 3 + 2.7764 * error, 1e-3);
  EXPECT_FALSE(five->holds_zero());
  const auto two = mean_interval({-1, 3}, 0.95);
  EXPECT_NEAR(two->high, 1 + 12.706 * 2, 1e-2);
  EXPECT_TRUE(two->holds_zero());
  EXPECT_LT(mean_interval({1, 2, 3, 4, 5}, 0.99)->low, five->low);
  EXPECT_FALSE(mean_interval({1}, 0.95).has_value());
  EXPECT_FALSE(mean_interval({}, 0.95).has_value());
  EXPECT_FALSE(mean_interval({2, 2}, 0.95)->holds_zero());  // equal differences leave no doubt
}

}  // namespace
}  // namespace relprompt::experiments
