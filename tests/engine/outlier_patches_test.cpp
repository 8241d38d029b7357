// Outlier patches: hand-made scores, what has no outliers, and the repair at the borders of a grid.
#include "engine/outlier_patches.h"

#include <cmath>

#include <gmock/gmock.h>

#include "numbers.h"

namespace relprompt::engine {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(OutlierPatches, ScoresComparedByHand) {
  // Places 0, 1, 3, 7, 20 on a line, 2 neighbours each: squared distances to the second nearest are 9, 4, 9,
  // 36, 289.
  const std::vector<float> x = {0, 1, 3, 7, 20};
  const auto found = find_outliers(x.data(), 5, 1);
  const std::vector<double> expected = {(9.0 / 4 + 9.0 / 9) / 2, (4.0 / 9 + 4.0 / 9) / 2,
                                        (9.0 / 4 + 9.0 / 9) / 2, (36.0 / 9 + 36.0 / 4) / 2,
                                        (289.0 / 36 + 289.0 / 9) / 2};
  ASSERT_EQ(found.scores.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(found.scores[i], expected[i], 1e-5) << i;
  EXPECT_THAT(found.patches, ElementsAre(4));
}

TEST(OutlierPatches, FewerThanThreePatchesHaveNone) {
  const std::vector<float> x = {0, 5};
  EXPECT_THAT(find_outliers(x.data(), 1, 1).patches, IsEmpty());
  const auto found = find_outliers(x.data(), 2, 1);
  EXPECT_THAT(found.patches, IsEmpty());
  EXPECT_THAT(found.scores, Each(1.0f));
}

TEST(OutlierPatches, EqualPatchesAndBrokenNumbersMakeNone) {
  const std::vector<float> equal(3 * 40, 2.0f);
  const auto found = find_outliers(equal.data(), 40, 3);
  EXPECT_TRUE(std::isnan(found.scores[0])) << "0 / 0";
  EXPECT_THAT(found.patches, IsEmpty());
  auto broken = test::uniform_numbers("patches", 3 * 40);
  broken[10] = NAN;
  broken[50] = INFINITY;
  EXPECT_THAT(find_outliers(broken.data(), 40, 3).patches, IsEmpty());
}

TEST(OutlierPatches, PairsOfEqualPatchesAmongOthers) {
  // 31 patches at one place have radius 0: whoever has them as neighbours has an infinite score.
  auto x = test::uniform_numbers("patches", 3 * 64);
  for (std::size_t i = 0; i < 3 * 31; ++i) x[i] = 0.5f;
  EXPECT_THAT(find_outliers(x.data(), 64, 3).patches, IsEmpty());
}

TEST(OutlierPatches, ScoresThatAreAllEqualMakeNone) {
  // Corners of a square with one neighbour each.
  const std::vector<float> x = {0, 0, 0, 1, 1, 0, 1, 1};
  const auto found = find_outliers(x.data(), 4, 2);
  EXPECT_THAT(found.scores, Each(1.0f));
  EXPECT_THAT(found.patches, IsEmpty());
}

TEST(OutlierPatches, BecomeTheirNeighboursMean) {
  // 2x3: patch 0 has the neighbours 1, 3, 4; 2 has 1, 4, 5.
  const std::vector<float> x = {100, 1, 200, 3, 4, 5};
  std::vector<float> y(6, NAN);
  repair_outliers(x.data(), {2, 3}, 1, {{}, {0, 2}}, y.data());
  EXPECT_THAT(y, ElementsAre((1 + 3 + 4) / 3.0f, 1, (1 + 4 + 5) / 3.0f, 3, 4, 5));
  // On a line, 0 and 1 are outliers: 0 has no other neighbour and stays.
  repair_outliers(x.data(), {1, 6}, 1, {{}, {0, 1}}, y.data());
  EXPECT_THAT(y, ElementsAre(100, 200, 200, 3, 4, 5));
  repair_outliers(x.data(), {6, 1}, 1, {{}, {5}}, y.data());
  EXPECT_THAT(y, ElementsAre(100, 1, 200, 3, 4, 4));
}

}  // namespace
}  // namespace relprompt::engine
