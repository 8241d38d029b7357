// The most confused pairs and the excerpt for a drawing, by hand and against a full sort.
#include "eval/worst_pairs.h"

#include <algorithm>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "label_maker.h"
#include "test_support.h"

namespace relprompt::eval {
namespace {

using testing::ElementsAre;

// Rows are truths: 0 -> {5, 2, 0 | 1}, 1 -> {2, 0, 4 | 0}, 2 -> {0, 0, 9 | 0}, the last column unknown.
ConfusionMatrix example() {
  return *ConfusionMatrix::from_cells(3, Detail::kPairs, {5, 2, 0, 1, 2, 0, 4, 0, 0, 0, 9, 0}, 1, 0);
}

TEST(WorstPairs, ByHand) {
  const auto pairs = worst_pairs(example(), 10);
  ASSERT_EQ(pairs.size(), 4u);
  const auto is = [](const ConfusedPair& pair, std::size_t truth, std::size_t prediction,
                     std::uint64_t pixels, double share) {
    return pair.truth == truth && pair.prediction == prediction && pair.pixels == pixels &&
           pair.share == share;
  };
  EXPECT_TRUE(is(pairs[0], 1, 2, 4, 4.0 / 6));
  EXPECT_TRUE(is(pairs[1], 0, 1, 2, 2.0 / 8));
  EXPECT_TRUE(is(pairs[2], 1, 0, 2, 2.0 / 6));
  EXPECT_TRUE(is(pairs[3], 0, 3, 1, 1.0 / 8));
  EXPECT_EQ(worst_pairs(example(), 2).size(), 2u);
  EXPECT_TRUE(is(worst_pairs(example(), 2)[1], 0, 1, 2, 2.0 / 8));
  EXPECT_TRUE(worst_pairs(example(), 0).empty());
  EXPECT_TRUE(worst_pairs(ConfusionMatrix(4), 5).empty());
}

TEST(WorstPairs, EqualTheFrontOfAFullSort) {
  const auto matrix = test::random_matrix({40, 40, 30, 30, 255, true}, 11);
  std::vector<std::tuple<std::int64_t, std::size_t, std::size_t>> sorted;
  for (std::size_t truth = 0; truth < 30; ++truth) {
    for (std::size_t prediction = 0; prediction <= 30; ++prediction) {
      const auto pixels = static_cast<std::int64_t>(matrix.cells()[truth * 31 + prediction]);
      if (truth != prediction && pixels > 0) sorted.emplace_back(-pixels, truth, prediction);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  for (const std::size_t most : {std::size_t{1}, std::size_t{17}, sorted.size(), sorted.size() + 9}) {
    const auto pairs = worst_pairs(matrix, most);
    ASSERT_EQ(pairs.size(), std::min(most, sorted.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(
          std::make_tuple(-static_cast<std::int64_t>(pairs[i].pixels), pairs[i].truth, pairs[i].prediction),
          sorted[i]);
    }
  }
}

TEST(WorstClasses, ByHand) {
  // Wrong pixels: 0 misses 3 and claims 2, 1 misses 6 and claims 2, 2 claims 4.
  const auto two = worst_classes(example(), 2);
  EXPECT_THAT(two.labels, ElementsAre(0, 1));
  EXPECT_THAT(two.pixels, ElementsAre(5, 2, 0, 1, 2, 0, 4, 0));
  EXPECT_THAT(two.truth, ElementsAre(8, 6));
  const auto one = worst_classes(example(), 1);
  EXPECT_THAT(one.labels, ElementsAre(1));
  EXPECT_THAT(one.pixels, ElementsAre(0, 6, 0));
  const auto all = worst_classes(example(), 100);
  EXPECT_THAT(all.labels, ElementsAre(0, 1, 2));
  EXPECT_THAT(all.truth, ElementsAre(8, 6, 9));
  EXPECT_TRUE(worst_classes(ConfusionMatrix(4), 5).labels.empty());
}

TEST(WorstPairs, NeedPairs) {
  EXPECT_ERROR(worst_pairs(ConfusionMatrix(5000), 3), ErrorCode::kBadArgument, "5000 classes have no pairs");
  EXPECT_ERROR(worst_classes(ConfusionMatrix(3, Detail::kTotals), 3), ErrorCode::kBadArgument, "no pairs");
}

}  // namespace
}  // namespace relprompt::eval
