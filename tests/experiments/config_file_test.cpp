// The suite that the project ships: all its rows make sense before hours are spent on them.
#include <set>

#include <gtest/gtest.h>

#include "experiments/plan.h"
#include "test_support.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

const fs::path kConfig = fs::path(RELPROMPT_SOURCE_DIR) / "configs" / "world-experiments.yaml";

TEST(WorldExperiments, EveryRowCanBeTrained) {
  const test::TemporaryFolder work;
  const auto plan = make_plan(read_suite(kConfig, false), work.path());
  std::set<std::string> methods;
  for (const auto& run : plan.runs) methods.insert(peft::name_of(run.config.model.peft.method));
  EXPECT_EQ(methods.size(), peft::method_names().size());
  EXPECT_GE(plan.suite.regimes.size(), 4u);
  // Compared rows have three seeds, and test scenes are nobody's training scenes.
  for (const auto& row : plan.tables.front()) {
    const bool trained = plan.suite.tables.front().rows[row.row].trained;
    EXPECT_GE(row.runs.size(), trained ? 3u : 1u);
  }
  for (const auto& regime : plan.suite.regimes) EXPECT_NE(regime.world.seed, regime.world.test_seed);
}

TEST(WorldExperiments, AllRowsHaveOneBudgetAndNothingIsChosenByTheTest) {
  for (const bool quick : {false, true}) {
    const test::TemporaryFolder work;
    const auto plan = make_plan(read_suite(kConfig, quick), work.path());
    for (const auto& run : plan.runs) {
      const auto& train = run.config.train;
      EXPECT_EQ(train.schedule.iterations, plan.runs.front().config.train.schedule.iterations) << run.label;
      EXPECT_EQ(train.batch, plan.runs.front().config.train.batch) << run.label;
      EXPECT_EQ(train.best, train::BestRule::kNone) << run.label;
    }
  }
}

TEST(WorldExperiments, QuickIsSmallerAndPretrainsNothing) {
  const test::TemporaryFolder work;
  const auto plan = make_plan(read_suite(kConfig, true), work.path());
  const auto whole = make_plan(read_suite(kConfig, false), work.path());
  EXPECT_LT(plan.runs.size(), whole.runs.size() / 2);
  for (const auto& run : plan.runs) EXPECT_TRUE(plan.clips[run.regime].ready()) << run.label;
}

}  // namespace
}  // namespace relprompt::experiments
