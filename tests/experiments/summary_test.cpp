// Means, spreads and gains over repetitions.
#include "experiments/summary.h"

#include <cmath>

#include <gtest/gtest.h>

#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt::experiments {
namespace {

TEST(Spread, OfValues) {
  const auto spread = spread_of({1, 4, 1});
  EXPECT_EQ(spread.count, 3u);
  EXPECT_DOUBLE_EQ(spread.mean, 2);
  EXPECT_DOUBLE_EQ(spread.low, 1);
  EXPECT_DOUBLE_EQ(spread.high, 4);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(3.0));
  EXPECT_EQ(spread_of({}).count, 0u);
  EXPECT_DOUBLE_EQ(spread_of({5}).deviation, 0);
}

class Summarise : public testing::Test {
 protected:
  Summarise() {
    test::write_tiny_experiments(folder_.path());
    plan_ = make_plan(read_suite(folder_ / "suite.yaml", false), folder_ / "work");
    results_.resize(plan_.runs.size());
  }

  void finish(std::size_t run, double hiou) {
    RunResult result;
    result.seed = plan_.runs[run].config.seed;
    result.test.hiou = hiou;
    result.trained_parameters = 100 + run;
    results_[run] = result;
  }

  test::TemporaryFolder folder_;
  Plan plan_;
  std::vector<std::optional<RunResult>> results_;
};

TEST_F(Summarise, ShowsWholeTables) {
  EXPECT_TRUE(summarise(plan_, results_).empty());
  for (const std::size_t run : {0, 1, 2, 3}) finish(run, 0.5);
  EXPECT_TRUE(summarise(plan_, results_).empty());
  finish(5, 0.25);
  const auto tables = summarise(plan_, results_);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].table, 1u);
  EXPECT_EQ(tables[0].rows[0].hiou.count, 2u);
  EXPECT_DOUBLE_EQ(tables[0].rows[1].hiou.mean, 0.25);
}

TEST_F(Summarise, GainsCompareEqualSeeds) {
  finish(0, 0.5), finish(1, 0.1);  // LPM only, seeds 0 and 1
  finish(2, 0.7), finish(3, 0.3);  // RPN
  finish(4, 0.4);                  // untrained
  finish(5, 0.6);                  // softmax, seed 0 alone
  const auto tables = summarise(plan_, results_);
  ASSERT_EQ(tables.size(), 2u);
  const auto& rows = tables[0].rows;
  EXPECT_FALSE(rows[0].gain().has_value());
  EXPECT_NEAR(*rows[1].gain(), 0.2, 1e-12);
  EXPECT_NEAR(*rows[2].gain(), 0.1, 1e-12);  // it stands for every seed
  EXPECT_EQ(rows[1].gains.size(), 2u);
  EXPECT_EQ(rows[2].gains.size(), 2u);
  EXPECT_EQ(comparisons(tables), 2u);  // the loss table has one pair and so no interval
  EXPECT_EQ(rows[2].iterations, 0);
  EXPECT_EQ(rows[1].iterations, 3);
  EXPECT_EQ(rows[1].trained_parameters, 103u);
  EXPECT_NEAR(*tables[1].rows[1].gain(), -0.1, 1e-12);
}

TEST_F(Summarise, WithoutUnseenClassesGainsAreInTheMeanOfAll) {
  for (std::size_t run = 0; run < plan_.runs.size(); ++run) {
    RunResult result;
    result.seed = plan_.runs[run].config.seed;
    result.test.miou = 0.1 * static_cast<double>(run);
    results_[run] = result;
  }
  auto tables = summarise(plan_, results_);
  EXPECT_TRUE(has_supervised_rows(tables[0]));
  EXPECT_NEAR(*tables[0].rows[1].gain(), 0.2, 1e-12);
  EXPECT_FALSE(most_frequent_class(tables, "default").has_value());
  results_[3]->most_frequent_class.miou = 0.03;
  results_[3]->most_frequent_class.pacc = 0.3;
  tables = summarise(plan_, results_);
  EXPECT_EQ(most_frequent_class(tables, "default")->pacc, 0.3);
  EXPECT_FALSE(most_frequent_class(tables, "other").has_value());
  for (std::size_t run = 0; run < plan_.runs.size(); ++run) finish(run, 0.5);
  EXPECT_FALSE(has_supervised_rows(summarise(plan_, results_)[0]));
}

TEST_F(Summarise, ForgettingCalibrationAndUpdatesAreMeansOverTheRuns) {
  for (std::size_t run = 0; run < plan_.runs.size(); ++run) finish(run, 0.5);
  for (const std::size_t run : {2, 3}) {  // RPN
    const double number = static_cast<double>(run);
    auto& result = *results_[run];
    result.test.miou_seen = 0.8;
    result.test.miou_unseen = 0.2 * number;
    result.calibrated.emplace();
    result.calibrated->chosen = 0.1 * number;
    result.calibrated->test.hiou = 0.3 * number;
    result.m2oe_updates = {0.01 * number, 0.5};
  }
  const auto row = summarise(plan_, results_)[0].rows[1];
  EXPECT_NEAR(row.unseen_over_seen.mean, 0.625, 1e-12);
  EXPECT_NEAR(row.calibration.mean, 0.25, 1e-12);
  EXPECT_NEAR(row.calibrated_hiou.mean, 0.75, 1e-12);
  ASSERT_EQ(row.m2oe_updates.size(), 2u);
  EXPECT_NEAR(row.m2oe_updates[0], 0.025, 1e-12);
  EXPECT_EQ(summarise(plan_, results_)[0].rows[0].calibrated_hiou.count, 0u);
}

TEST_F(Summarise, ATableOfWhichNothingIsPlannedIsNoTable) {
  for (std::size_t run = 0; run < plan_.runs.size(); ++run) finish(run, 0.5);
  plan_.tables[0].clear();
  const auto tables = summarise(plan_, results_);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].table, 1u);
}

TEST_F(Summarise, AFailureHasNoScores) {
  for (const std::size_t run : {0, 2, 3, 4}) finish(run, 0.5);
  RunResult failed;
  failed.seed = 1;
  failed.failure = "no number";
  results_[1] = failed;
  const auto tables = summarise(plan_, results_);
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].rows[0].results.size(), 2u);
  EXPECT_EQ(tables[0].rows[0].hiou.count, 1u);
}

}  // namespace
}  // namespace relprompt::experiments
