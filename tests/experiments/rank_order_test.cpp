// How far the order of rows agrees with the paper's.
#include "experiments/rank_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relprompt::experiments {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A row with three runs: the mean, and `spread` below and above it. Rows of one sign differ by their means
/// alone.
RankedRow row(const std::string& name, double paper, double mean, double spread = 0) {
  return {name, paper, mean, {{{{0, 0}, mean - spread}, {{0, 1}, mean}, {{0, 2}, mean + spread}}, false}};
}

TEST(RankOrder, CountsPairsInTheSameOrder) {
  const auto all = agreement_of({row("a", 80, 0.5), row("b", 70, 0.4), row("c", 60, 0.3)});
  EXPECT_EQ(all.pairs, 3u);
  EXPECT_EQ(all.same, 3u);
  EXPECT_EQ(all.undecided, 0u);
  EXPECT_EQ(all.same_decided, 3u);
  const auto reversed = agreement_of({row("a", 80, 0.3), row("b", 70, 0.4), row("c", 60, 0.5)});
  EXPECT_EQ(reversed.same, 0u);
  const auto one_swapped = agreement_of({row("a", 80, 0.4), row("b", 70, 0.5), row("c", 60, 0.3)});
  EXPECT_EQ(one_swapped.same, 2u);
  EXPECT_EQ(agreement_of({}).pairs, 0u);
  EXPECT_EQ(agreement_of({row("a", 1, 1)}).pairs, 0u);
}

TEST(RankOrder, TiesOfThePaperAreNoPairs) {
  const auto found = agreement_of({row("a", 80, 0.5), row("b", 80, 0.4), row("c", 60, 0.3)});
  EXPECT_EQ(found.pairs, 2u);
  EXPECT_EQ(found.same, 2u);
}

TEST(RankOrder, PairsWhoseIntervalHoldsZeroAreNotDecided) {
  // Run by run a is ahead of b by nearly the same, however wide both spread; c against the others is noise.
  const auto found =
      agreement_of({row("a", 80, 0.50, 0.1), row("b", 70, 0.45, 0.1), row("c", 75, 0.40, -0.1)});
  EXPECT_EQ(found.pairs, 3u);
  EXPECT_EQ(found.undecided, 2u);
  EXPECT_EQ(found.same, 2u);
  EXPECT_EQ(found.same_decided, 1u);
  // Equal means are undecided, and not in the same order.
  const auto tie = agreement_of({row("a", 80, 0.5, 0.1), row("b", 70, 0.5, -0.1)});
  EXPECT_EQ(tie.undecided, 1u);
  EXPECT_EQ(tie.same, 0u);
  // One run in common decides nothing.
  const RankedRow once = {"b", 70, 0.3, {{{{0, 0}, 0.3}}, false}};
  EXPECT_EQ(agreement_of({row("a", 80, 0.5), once}).undecided, 1u);
  // An untrained row stands for every seed.
  const RankedRow bare = {"b", 70, 0.3, {{{{0, 0}, 0.3}}, true}};
  EXPECT_EQ(agreement_of({row("a", 80, 0.5, 0.01), bare}).undecided, 0u);
}

TEST(RankOrder, SaysItInASentence) {
  EXPECT_EQ(
      order_sentence({row("b", 70, 0.5), row("a", 80, 0.4), row("c", 70, 0.3)}),
      "Order by hIoU here: b > a > c. In the paper: a > b = c. Pairs of rows in the same order: 1 of 2.");
  const auto some = order_sentence({row("a", 80, 0.5), row("b", 70, 0.4, 0.11), row("c", 60, 0.2)});
  EXPECT_THAT(some,
              HasSubstr("3 of 3; 2 of the 3 are not decided here, and of the others 1 of 1 are in it."));
  const auto none = order_sentence({row("a", 80, 0.5, 0.1), row("b", 70, 0.5, -0.1)});
  EXPECT_THAT(none, HasSubstr("0 of 1; none of them is decided here."));
  EXPECT_THAT(none, Not(HasSubstr("of the others")));
  EXPECT_EQ(order_sentence({row("a", 80, 0.5)}), "");
}

TEST(RankOrder, TakesRowsOfTheRegimeThatHaveBothNumbers) {
  TableSummary table;
  const auto add = [&](const std::string& name, const std::string& regime, std::optional<double> paper,
                       const std::vector<double>& hiou) {
    RowSummary summary;
    summary.name = name;
    summary.regime = regime;
    summary.reference = paper;
    summary.hiou = spread_of(hiou);
    summary.iterations = 1;
    for (std::size_t seed = 0; seed < hiou.size(); ++seed) {
      summary.keys.emplace_back(0, seed);
      summary.results.emplace_back().test.hiou = hiou[seed];
    }
    table.rows.push_back(summary);
  };
  add("both", "default", 80, {0.5, 0.7});
  add("no paper", "default", std::nullopt, {0.5});
  add("diverged", "default", 70, {});
  add("both", "other", 80, {0.1});
  const auto rows = ranked_rows(table, "default");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name, "both");
  EXPECT_DOUBLE_EQ(rows[0].mean, 0.6);
  EXPECT_EQ(rows[0].scores.scores, (std::map<RunKey, double>{{{0, 0}, 0.5}, {{0, 1}, 0.7}}));
}

}  // namespace
}  // namespace relprompt::experiments
